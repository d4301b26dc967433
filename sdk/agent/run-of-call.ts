import type { Subscriber } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import { failure, outcomeOf, type ToolOutcome } from './tool-outcome.js'
import type { CancelSignal, ChildEnd } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { Hop } from '../protocol/hop.js'
import { keepRun, keptRun } from '../protocol/kept-runs.js'
import type { Interrupt, ToolCall } from '../protocol/messages.js'
import { defer } from '../protocol/streams.js'

/** A call whose own run waits for a person, as it stands in the shared state under the call's key. */
export interface WaitingRun {
  readonly asked: readonly Pick<Interrupt, 'id' | 'toolCallId'>[]
  /** The arguments it was begun with. */
  readonly argsText: string
  readonly kept: unknown
}

/** What a call kept whose own run has asked. */
export function waitingRun({ context, input }: RunState, toolCallId: string): WaitingRun | undefined {
  const { idempotencyKey } = context.ledger.get(toolCallId) ?? {}
  return idempotencyKey === undefined ? undefined : (keptRun(input.state, idempotencyKey) as WaitingRun | undefined)
}

/** A call as it was begun, where its own run has asked: the person may have changed the arguments of the model. */
export function begunCall(state: RunState, call: ToolCall): ToolCall {
  const waiting = waitingRun(state, call.id)
  return waiting ? { ...call, function: { ...call.function, arguments: waiting.argsText } } : call
}

/** Whether there is an answer to each of its questions, or what it asked about has been done meanwhile. */
export function isAnswered({ context, input: { resume } }: RunState, { asked }: WaitingRun): boolean {
  return asked.every(({ id, toolCallId = '' }) => resume!.some(({ interruptId }) => interruptId === id) || context.ledger.get(toolCallId)?.result !== undefined)
}

/** What running a call gives to whoever does it. */
export interface CallRunner {
  readonly cancel: CancelSignal
  /** Ends the call; without an outcome it waits for a person. */
  settle(outcome?: ToolOutcome): void
  fail(thrown: unknown): void
}

/** Runs a call that is a run of its own. What that asks, the run of the call asks; what it keeps meanwhile stands in the shared state. */
export function startRunOf(state: RunState, call: CheckedCall, { cancel, settle, fail }: CallRunner, subscriber: Subscriber<AgentEvent>): void {
  const { input: { threadId, runId: parentRunId, resume }, settings: { maxResultChars }, context, interrupts } = state
  const { id: parentToolCallId, key: runId, tool, args, argsText } = call
  const waiting = waitingRun(state, parentToolCallId)
  const keep = (kept?: WaitingRun): void => void (state.agentState = keepRun(state.agentState, runId, kept))
  const end = (ended: ChildEnd): void => {
    if (ended.type === 'interrupt') {
      interrupts.push(...ended.interrupts)
      keep({ asked: ended.interrupts.map(({ id, toolCallId }) => ({ id, toolCallId })), argsText, kept: ended.kept })
      return settle()
    }
    if (waiting) {
      keep()
      subscriber.next({ type: 'STATE_SNAPSHOT', snapshot: state.agentState })
    }
    if (ended.type === 'success') return settle(outcomeOf(tool, ended.result, maxResultChars))
    settle(failure('agent/tool-failed', ended.type === 'error' ? ended.error.message : ended.type, maxResultChars))
  }
  // Begun before or not: where it has left a checkpoint it has.
  const child = { runId, threadId, parentRunId, parentToolCallId, mayHaveRun: true, resume: waiting && resume, kept: waiting?.kept }
  const inner = new Hop<AgentEvent>({
    next: event => subscriber.next(event),
    error: fail,
    // Not heard where it has ended as it should.
    complete: () => fail('The run ended without saying how.'),
  })
  subscriber.add(inner)
  defer(() => tool.startRun!(args, child, { ...context, cancel }, end)).subscribe(inner)
}
