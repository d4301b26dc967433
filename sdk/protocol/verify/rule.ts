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
type Owners = Map<string, Owner>

/** All a verifier remembers of one stream. It grows with the items of a run, never with their deltas. */
export interface RunState {
  phase: 'idle' | 'running' | 'finished' | 'errored'
  runId: string
  /** Ids are unique within a kind only. Owners outlive the item: an id keeps its owner to the end of the run. */
  readonly owners: { readonly message: Owners; readonly toolCall: Owners; readonly activity: Owners; readonly reasoning: Owners }
  readonly open: OpenItems
  readonly endedSubagents: Set<string>
}

/** Judges one event. Answers a breach and changes nothing, or takes note of the event. */
export type Rule<E> = (event: E, state: RunState) => Breach | undefined
/** One rule an event type; a type without one is legal anywhere inside a run. */
export type Rules = { readonly [T in AgentEvent['type']]?: Rule<Extract<AgentEvent, { type: T }>> }

export function createRunState(): RunState {
  return {
    phase: 'idle',
    runId: '',
    owners: { message: new Map(), toolCall: new Map(), activity: new Map(), reasoning: new Map() },
    open: createOpenItems(),
    endedSubagents: new Set(),
  }
}

export function breach(rule: OrderRule, message: string, mend: readonly AgentEvent[] = []): Breach {
  return { rule, message, mend }
}

/** An event that goes on with an item must not name another owner than the one that opened it; without a tag it agrees. */
export function ownerBreach(event: AgentEvent & { subagentRunId?: string }, owner: Owner | undefined, item: string): Breach | undefined {
  const tag = event.subagentRunId
  if (tag === undefined || owner === undefined || owner === tag) return undefined
  return breach('owner', `${event.type}: ${item} belongs to ${ownerName(owner)}, not to ${ownerName(tag)}`, [without(event, 'subagentRunId')])
}

/** The first to open an id owns it. */
export function claim(owners: Owners, id: string, owner: Owner): void {
  if (!owners.has(id)) owners.set(id, owner)
}

/** A copy that lacks one optional field. */
export function without<E extends AgentEvent>(event: E, field: string): E {
  const copy = Object.assign({}, event) as E & Record<string, unknown>
  delete copy[field]
  return copy
}

export const ownerName = (owner: Owner): string => (owner === null ? 'the agent' : `sub-agent "${owner}"`)
