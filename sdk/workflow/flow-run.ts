import type { Observable } from 'rxjs'
import type { FlowNode, StepNode } from './flow-json.js'
import type { Journal } from './journal.js'
import type { Scope } from './scope.js'
import type { StepRegistry } from './step.js'
import type { AnyPolicy } from '../agent/approval.js'
import type { RunContext, RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt, ResumeEntry } from '../protocol/messages.js'
import { of } from '../protocol/streams.js'

/** What a workflow settled once, for all its runs. */
export interface FlowSettings {
  readonly name: string
  readonly steps: StepRegistry
  readonly nodes: readonly FlowNode[]
  readonly approval?: AnyPolicy
}

/** One run of a workflow. Made when the run is subscribed to, and private to that subscription. */
export interface FlowRun {
  readonly settings: FlowSettings
  readonly input: RunInput
  readonly context: RunContext
  /** The id of the run that began it: the same whenever it is resumed. */
  readonly runId: string
  /** The app was killed while it ran: what has begun may have had its effect. */
  readonly isAttached: boolean
  readonly journal: Journal
  /** Answers that nobody has taken yet, by interrupt. */
  readonly answers: Map<string, ResumeEntry>
  readonly interrupts: Interrupt[]
  /** Ends the run with a result, at once. */
  readonly bail: (value: unknown) => Observable<AgentEvent>
}

/** A leaf of the flow in one of its runs. */
export interface Place<Node extends FlowNode = FlowNode> {
  readonly run: FlowRun
  readonly node: Node
  readonly scope: Scope
  readonly path: string
  /** What it is called outside: the id of its interrupt and of its tool call, and what ids of a run inside begin with. */
  readonly id: string
}
export type StepPlace = Place<StepNode>

/** What a place that waits for a person keeps until the answer. */
export interface Waiting {
  readonly interrupts: readonly Interrupt[]
  readonly [field: string]: unknown
}

/** What this place kept when it asked, and nothing where it has not. */
export function waitingAt({ run, path }: Place): Waiting | undefined {
  const entry = run.journal.get(path)
  return entry?.[1] === 'waits' ? (entry[2] as Waiting) : undefined
}

/** Is told what has to be waited for until something is stored. */
export type Stored = (saved: void | PromiseLike<void>) => void

/** Takes the answer to a question: it is there once. */
export function takeAnswer({ answers }: FlowRun, id: string): ResumeEntry | undefined {
  const answer = answers.get(id)
  answers.delete(id)
  return answer
}

/** The place has its result: it is kept, and is what the next node is given. Answers with a promise where keeping it takes time. */
export function settle({ run, scope, node, path }: Place, value: unknown): void | PromiseLike<void> {
  give(scope, node, value)
  return run.journal.set(path, 'done', value)
}

/** Hands a value on, without keeping it: it can be made again. */
export function give(scope: Scope, { id }: FlowNode, value: unknown): void {
  scope.value = scope.steps[id] = value
}

/** The place waits for a person. What stands beside it goes on, what comes after it does not begin. */
export function wait({ run, scope, path }: Place, interrupts: readonly Interrupt[], kept: { readonly [field: string]: unknown } = {}, stored?: Stored): Observable<AgentEvent> {
  const saved = run.journal.set(path, 'waits', { ...kept, interrupts })
  stored?.(saved)
  return waitOn(run, scope, interrupts)
}

/** Asks what has been asked before. */
export function waitOn(run: FlowRun, scope: Scope, interrupts: readonly Interrupt[]): Observable<AgentEvent> {
  scope.isWaiting = true
  run.interrupts.push(...interrupts)
  return of<AgentEvent>()
}

/** The name under which a question may be answered as well. */
export function labelOf({ metadata }: Interrupt): string | undefined {
  return (Object(Object(metadata).sampan) as { label?: string }).label
}
