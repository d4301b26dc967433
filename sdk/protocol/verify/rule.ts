import type { AgentEvent } from '../events.js'
import { createOpenItems, type OpenItems } from './open-items.js'

/** The name of an order rule. A strict verifier's error carries it in `details.info.rule`. */
export type OrderRule =
  | 'first-event'
  | 'run-active'
  | 'run-over'
  | 'open-at-finish'
  | 'no-terminal'
  | 'already-open'
  | 'not-open'
  | 'owner'
  | 'id-reused'
  | 'parent-unknown'

/** What is wrong with an event where it stands, and the events that would be right in its place. */
export interface Breach {
  readonly rule: OrderRule
  readonly message: string
  /** In order. Each is checked again when it is sent. Empty: the event can only be dropped. */
  readonly mend: readonly AgentEvent[]
}

/** Who an id belongs to: a sub-agent run, or `null`, the agent itself. */
export type Owner = string | null
/** Ids are unique within a kind only. Owners outlive the item: an id keeps its owner to the end of the run. */
export type OwnerKind = 'message' | 'toolCall' | 'activity' | 'reasoning'

/** All a verifier remembers of one stream. It grows with the items of a run, never with their deltas. */
export interface RunState {
  phase: 'idle' | 'running' | 'finished' | 'errored'
  runId: string
  open: OpenItems
  readonly owners: { readonly [Kind in OwnerKind]: Map<string, Owner> }
  /** Sub-agents that were started in this run, over or not. */
  readonly subagents: Set<string>
}

/** Judges one event. Answers a breach and changes nothing, or takes note of the event. */
export type Rule<E> = (event: E, state: RunState) => Breach | undefined
/** What is asked of an event besides its place. A type without a rule is legal anywhere inside a run. */
export type Rules = { readonly [T in AgentEvent['type']]?: Rule<Extract<AgentEvent, { type: T }>> }

export function createRunState(): RunState {
  return {
    phase: 'idle',
    runId: '',
    open: createOpenItems(),
    owners: { message: new Map(), toolCall: new Map(), activity: new Map(), reasoning: new Map() },
    subagents: new Set(),
  }
}

export function breach(rule: OrderRule, message: string, mend: readonly AgentEvent[] = []): Breach {
  return { rule, message, mend }
}

/** A copy that lacks one optional field. */
export function without<E extends AgentEvent>(event: E, field: string): E {
  const copy = Object.assign({}, event) as E & Record<string, unknown>
  delete copy[field]
  return copy
}
