import { Observable } from 'rxjs'
import type { FlowNode, StepNode } from './flow-json.js'
import type { Journal } from './journal.js'
import type { Scope } from './scope.js'
import type { StepRegistry } from './step.js'
import type { AnyPolicy } from '../agent/approval.js'
import { MAX_TIMER_MS } from '../context/max-timer-ms.js'
import type { RunContext, RunInput } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt, ResumeEntry } from '../protocol/messages.js'
import { defer, of } from '../protocol/streams.js'

/** One run of a workflow. Made when the run is subscribed to, and private to that subscription. */
export interface FlowRun {
  readonly steps: StepRegistry
  readonly approval?: AnyPolicy | undefined
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
  /** The shared state, without what a run of the workflow kept in it: as it is now. What changes in it is told with the next event. */
  readonly shared: { state: unknown }
  /** Ends the run with a result, at once. */
  readonly bail: (value: unknown) => Observable<AgentEvent>
}

/** A node of the flow in one of its runs. */
export interface Place<Node extends FlowNode = FlowNode> extends FlowRun {
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

/** What has to be waited for until something is stored. */
export type Saved = void | PromiseLike<void>

/** What this place kept when it asked, and nothing where it has not. */
export function waitingAt({ journal, path }: Place): Waiting | undefined {
  const [, state, value] = journal.get(path) || []
  return state === 'waits' ? (value as Waiting) : undefined
}

/** Takes the answer to the question of this place: it is there once. */
export function takeAnswer({ answers, id }: Place): ResumeEntry | undefined {
  const answer = answers.get(id)
  answers.delete(id)
  return answer
}

/** The place has its result: it is kept, and is what the next node is given. */
export function settle({ journal, scope, node, path }: Place, value: unknown): Saved {
  give(scope, node, value)
  return journal.set(path, 'done', value)
}

/** Hands a value on, without keeping it: it can be made again. */
export function give(scope: Scope, { id }: FlowNode, value: unknown): void {
  scope.value = scope.steps[id] = value === undefined ? null : value
}

/** The place waits for a person. What stands beside it goes on, what comes after it does not begin. */
export function wait(place: Place, interrupts: readonly Interrupt[], kept?: { readonly [field: string]: unknown }): Saved {
  waitOn(place, place.scope, interrupts)
  return place.journal.set(place.path, 'waits', { ...kept, interrupts })
}

/** Asks what has been asked before. What stands around waits too, when all in it has come that far. */
export function waitOn(run: FlowRun, scope: Scope, interrupts: readonly Interrupt[]): void {
  for (let at: Scope | undefined = scope; at; at = at.parent) at.isWaiting = true
  run.interrupts.push(...interrupts)
}

/** Does something that says nothing, when it is its turn. What it throws is the error. */
export function act(work: () => unknown): Observable<AgentEvent> {
  return defer(() => {
    work()
    return of<AgentEvent>()
  })
}

/** A value as JSON. What is not there is `null`. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value) || 'null'
}

/** Completes at a time, or at once where that is over. */
export function rest(clock: RunContext['clock'], until: number): Observable<never> {
  return new Observable(subscriber => {
    const restOn = (): void => {
      const left = until - clock.now()
      if (left <= 0) return subscriber.complete()
      subscriber.add(clock.setTimer(Math.min(left, MAX_TIMER_MS), restOn))
    }
    restOn()
  })
}

/** Says of a step what is wrong with it. */
export function stepError({ path }: Place, code: ErrorCode, what: string, cause?: unknown): SampanError {
  return new SampanError(code, 'Step "' + path + '" ' + what, { info: { step: path }, cause })
}
