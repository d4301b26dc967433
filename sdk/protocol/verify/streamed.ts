import type { AgentEvent } from '../events.js'
import type { OpenKind } from './open-items.js'
import { breach, claim, ownerBreach, type Breach, type Rule, type RunState } from './rule.js'

/** What texts, reasoning and reasoning spans have in common: they open, they go on, they close. */
export interface Streamed {
  readonly kind: OpenKind
  /** How a message to a person calls one. */
  readonly noun: string
  readonly owners: 'message' | 'reasoning'
}
interface MessageEvent { readonly messageId: string; readonly subagentRunId?: string }
type ItemEvent = AgentEvent & MessageEvent

/** An item opens once, and an id that was used before keeps its owner. */
export function startRule({ kind, noun, owners }: Streamed): Rule<ItemEvent> {
  return (event, state) => {
    const { messageId: id, subagentRunId } = event
    if (state.open.has(kind, id)) return alreadyOpen(event, noun, id)
    const wrong = ownerBreach(event, state.owners[owners].get(id), `${noun} "${id}"`)
    if (!wrong) claim(state.owners[owners], id, subagentRunId ?? null)
    return wrong
  }
}

/** A delta needs an open item. Where there is none, `opening` makes the event that opens one; an empty delta opens nothing. */
export function contentRule<E extends ItemEvent & { readonly delta: string }>(streamed: Streamed, opening: (event: E) => AgentEvent): Rule<E> {
  return (event, state) =>
    state.open.has(streamed.kind, event.messageId)
      ? agreed(event, state, streamed)
      : notOpen(event, streamed.noun, event.messageId, event.delta ? [opening(event), event] : [])
}

/** Only what is open closes. */
export function endRule(streamed: Streamed): Rule<ItemEvent> {
  return (event, state) =>
    state.open.has(streamed.kind, event.messageId) ? agreed(event, state, streamed) : notOpen(event, streamed.noun, event.messageId)
}

/** A second opening is dropped: what follows still finds the item open. */
export function alreadyOpen(event: AgentEvent, noun: string, id: string): Breach {
  return breach('already-open', `${event.type}: ${noun} "${id}" is already open`)
}

export function notOpen(event: AgentEvent, noun: string, id: string, mend: readonly AgentEvent[] = []): Breach {
  return breach('not-open', `${event.type}: no ${noun} "${id}" is open`, mend)
}

function agreed(event: ItemEvent, state: RunState, { noun, owners }: Streamed): Breach | undefined {
  // The usual event has no tag, and an event without one always agrees.
  return event.subagentRunId === undefined ? undefined : ownerBreach(event, state.owners[owners].get(event.messageId), `${noun} "${event.messageId}"`)
}

/** The owner's tag as a field, or nothing. */
export const tagOf = ({ subagentRunId }: { subagentRunId?: string }): { subagentRunId?: string } => (subagentRunId === undefined ? {} : { subagentRunId })
