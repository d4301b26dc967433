import type { ToolCallArgsEvent, ToolCallEndEvent, ToolCallStartEvent } from '../events.js'
import { breach, claim, ownerBreach, ownerName, without, type Breach, type Rules, type RunState } from './rule.js'
import { alreadyOpen, notOpen } from './streamed.js'

const noun = 'tool call'

/** Tool calls. A call stands in the message that carries it, so the two have one owner. */
export const toolCallRules: Rules = {
  TOOL_CALL_START: start,
  TOOL_CALL_ARGS: goesOn,
  TOOL_CALL_END: goesOn,
  // Makes the tool's message anew, under whoever ran the tool. A call may stay without one: a client tool does.
  TOOL_CALL_RESULT: (event, { owners }) => void owners.message.set(event.messageId, event.subagentRunId ?? null),
}

function start(event: ToolCallStartEvent, { open, owners }: RunState): Breach | undefined {
  const { toolCallId: id, parentMessageId: parent, subagentRunId: tag } = event
  if (open.has('tool', id)) return alreadyOpen(event, noun, id)
  const inherited = parent === undefined ? undefined : owners.message.get(parent)
  const known = owners.toolCall.get(id)
  const wrong = ownerBreach(event, inherited, `message "${parent}"`) ?? ownerBreach(event, known, `${noun} "${id}"`)
  if (wrong) return wrong
  if (tag === undefined && inherited !== undefined && known !== undefined && inherited !== known) {
    const message = `${event.type}: ${noun} "${id}" belongs to ${ownerName(known)}, its message "${parent}" to ${ownerName(inherited)}`
    return breach('owner', message, [without(event, 'parentMessageId')])
  }
  claim(owners.toolCall, id, tag ?? inherited ?? null)
  return undefined
}

/**
 * Arguments without a call are dropped: the name of their tool is not known, and a call whose end has been seen may
 * have run already.
 */
function goesOn(event: ToolCallArgsEvent | ToolCallEndEvent, { open, owners }: RunState): Breach | undefined {
  const { toolCallId: id } = event
  if (!open.has('tool', id)) return notOpen(event, noun, id)
  return event.subagentRunId === undefined ? undefined : ownerBreach(event, owners.toolCall.get(id), `${noun} "${id}"`)
}
