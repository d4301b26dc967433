import type { AgentEvent } from '../events.js'
import type { OpenKind, Place } from './open-items.js'
import { breach, without, type Breach, type RunState } from './rule.js'

/** How a message to a person calls an item. */
export const nouns: Readonly<Record<OpenKind, string>> = {
  text: 'text message',
  tool: 'tool call',
  reasoning: 'reasoning message',
  span: 'reasoning span',
  step: 'step',
  subagent: 'sub-agent',
}

/**
 * An item opens once, goes on and closes while it is open. A second opening is dropped: what follows still finds the
 * item open. Arguments of no call are dropped too: the name of their tool is not known, and a call whose end has been
 * seen may have run already.
 */
export function checkOrder(event: AgentEvent, { kind, idField, does }: Place, state: RunState): Breach | undefined {
  const isOpen = state.open.has(event)
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
