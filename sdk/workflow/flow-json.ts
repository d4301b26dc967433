import type { JsonSchema } from '../protocol/json.js'

// A flow as plain JSON: it can be stored, sent, and downloaded without a release of the app. It names steps and holds none.

/** The version of flows that this Sampan writes and runs. */
export const FLOW_VERSION = 1

/**
 * A value that is known when it is needed. A path starts at `input` (of the workflow), `value` (what the node is given),
 * `steps.<id>` (a result from before), `item` and `index` (inside forEach), or `iteration` (inside loop, from 0).
 */
export type Operand = { readonly path: string } | { readonly literal: unknown }

/** A value made of others: an operand, a text with `{paths}` in it, or an object of values. What is missing is `null`. */
export type FlowValue = Operand | { readonly text: string } | { readonly [field: string]: FlowValue }

/** A condition. Where a path leads nowhere, whatever is asked about it is false. */
export type Predicate =
  | { readonly eq: readonly [Operand, Operand] }
  | { readonly ne: readonly [Operand, Operand] }
  | { readonly lt: readonly [Operand, Operand] }
  | { readonly lte: readonly [Operand, Operand] }
  | { readonly gt: readonly [Operand, Operand] }
  | { readonly gte: readonly [Operand, Operand] }
  | { readonly in: readonly [Operand, Operand] }
  | { readonly exists: Operand }
  | { readonly truthy: Operand }
  | { readonly and: readonly Predicate[] }
  | { readonly or: readonly Predicate[] }
  | { readonly not: Predicate }

/** How often a step that fails is tried, and how long is waited before each further time. */
export interface RetryPolicy {
  /** In all, the first included. */
  readonly attempts: number
  /** Before the second attempt; doubled before each one after it. Default 1 000. */
  readonly backoffMs?: number
  /** Never waits longer. Default 30 000. */
  readonly maxBackoffMs?: number
}

interface NodeFields {
  /** Unique among the nodes beside it: letters, digits, `_`, `-`, a letter first. */
  readonly id: string
}
/** Runs a step of the registry. Its result is the next value. */
export interface StepNode extends NodeFields {
  readonly type: 'step'
  readonly step: string
  readonly retry?: RetryPolicy
  /** Milliseconds for one attempt. Time a person takes does not count. Default: the step's own. */
  readonly timeoutMs?: number
}
/** Nodes with a place and a name of their own. */
export interface GroupNode extends NodeFields { readonly type: 'flow'; readonly nodes: readonly FlowNode[] }
/** All branches side by side; their results by key. */
export interface ParallelNode extends NodeFields { readonly type: 'parallel'; readonly branches: { readonly [key: string]: readonly FlowNode[] } }
/** The first case that holds. Where none does, the value stays. */
export interface BranchNode extends NodeFields { readonly type: 'branch'; readonly cases: readonly { readonly when: Predicate; readonly nodes: readonly FlowNode[] }[] }
/** The nodes once for each item; the results in the order of the items. */
export interface ForEachNode extends NodeFields {
  readonly type: 'forEach'
  readonly nodes: readonly FlowNode[]
  /** Items begun and not done, those that wait for a person included. Default 1. */
  readonly concurrency?: number
}
/** The nodes again and again, each time with the result of the time before. */
export interface LoopNode extends NodeFields {
  readonly type: 'loop'
  readonly nodes: readonly FlowNode[]
  /** Asked after each time; `value` is its result. */
  readonly until: Predicate
  /** Ends there too, with the last result. */
  readonly atMost: number
}
/** Makes a value of what is known. */
export interface MapNode extends NodeFields { readonly type: 'map'; readonly to: FlowValue }
/** Asks a person. The answer is the next value; `null` where it was declined, or came too late. */
export interface AskNode extends NodeFields {
  readonly type: 'ask'
  /** `{paths}` are filled in. */
  readonly message: string
  readonly schema?: JsonSchema
  /** Milliseconds for the answer. Default: no limit. */
  readonly expiresInMs?: number
  /** A name under which it may be answered as well. */
  readonly label?: string
}
export interface SleepNode extends NodeFields { readonly type: 'sleep'; readonly ms: number }
/** Ends the workflow here, with the value; where there is a condition, only if that holds. */
export interface BailNode extends NodeFields { readonly type: 'bail'; readonly when?: Predicate }

/** One node of a flow. Fields that start with `x-` are anyone's own; any other that is not known is refused. */
export type FlowNode = StepNode | GroupNode | ParallelNode | BranchNode | ForEachNode | LoopNode | MapNode | AskNode | SleepNode | BailNode

/** A flow: what `createFlow` builds and `loadFlow` reads. */
export interface FlowJson { readonly version: number; readonly nodes: readonly FlowNode[] }
