import type { AgentEvent } from '../events.js'
import { keyOf, type OpenKind, type Place } from './open-items.js'
import { breach, without, type Breach, type RunState } from './rule.js'

/** How a message to a person calls an item. */
export const nouns: Readonly<Record<OpenKind, string>> = {
  TEXT_MESSAGE_END: 'text message',
  TOOL_CALL_END: 'tool call',
  REASONING_MESSAGE_END: 'reasoning message',
  REASONING_END: 'reasoning span',
  STEP_FINISHED: 'step',
  SUBAGENT_FINISHED: 'sub-agent',
}

/**
 * An item opens once, goes on and closes while it is open. A second opening is dropped: what follows still finds the
 * item open. Arguments of no call are dropped too: the name of their tool is not known, and a call whose end has been
 * seen may have run already.
 */
export function checkOrder(event: AgentEvent, place: Place, state: RunState): Breach | undefined {
  const { kind, idField, does } = place
  const isOpen = state.open.items.has(keyOf(event, place))
  if (isOpen !== (does === 'open')) return undefined
  const item = `${nouns[kind]} "${(event as unknown as Record<string, string>)[idField]}"`
  if (isOpen) return breach('already-open', `${event.type}: ${item} is already open`)
  return breach('not-open', `${event.type}: no ${item} is open`, mend(event, state))
}

/** What is meant by an event of nothing. An empty delta opens nothing. */
function mend(event: AgentEvent, { open }: RunState): AgentEvent[] {
  const { type } = event
  if (type === 'STEP_FINISHED') {
    // Most likely the tag is wrong and not the event: the innermost step of that name is meant.
    const meant = open.closingEvents().find(each => each.type === type && each.stepName === event.stepName)
    return meant ? [Object.assign(without(event, 'subagentRunId'), tagOf(meant))] : []
  }
  if ((type !== 'TEXT_MESSAGE_CONTENT' && type !== 'REASONING_MESSAGE_CONTENT') || !event.delta) return []
  const { messageId } = event
  const opening: AgentEvent = type === 'TEXT_MESSAGE_CONTENT'
    ? { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }
    : { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' }
  return [Object.assign(opening, tagOf(event)), event]
}

/** The owner's tag as a field, or nothing. */
function tagOf({ subagentRunId }: AgentEvent & { subagentRunId?: string }): { subagentRunId?: string } {
  return subagentRunId === undefined ? {} : { subagentRunId }
}
