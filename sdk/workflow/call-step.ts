import { Observable } from 'rxjs'
import { runInside } from './child-step.js'
import { checked, decideCall, type Decision, type WaitingCall } from './decide-call.js'
import { act, jsonOf, settle, stepError, wait, waitingAt, type StepPlace } from './flow-run.js'
import { isTool, type Step } from './step.js'
import { toInterrupt, type Question } from '../agent/ask-person.js'
import { follow } from '../agent/follow.js'
import { unwaited, whenDone } from '../agent/ledger.js'
import { openCall } from '../agent/open-call.js'
import { resultEvent } from '../agent/tool-outcome.js'
import type { AnyTool, LedgerState } from '../contracts.js'
import { errorMessage, isSampanError, toSampanError, type ErrorCode } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt } from '../protocol/messages.js'
import { concat, defer, of } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

type Callable = Step | AnyTool
/** Makes one attempt, from 1. */
export type Attempt = (attempt: number) => Observable<AgentEvent>
/** Writes into the ledger how far the call has come. */
type Note = (state: LedgerState, result?: string) => void | PromiseLike<void>

/**
 * Runs a function or a tool: asks the ledger, then the approval, and keeps what comes out. A tool shows as a tool call
 * under the id of its place; the events of a call that has been shown already are not repeated.
 *
 * @param around tries more than once, and limits the time.
 */
export function callStep(place: StepPlace, step: Callable, around: (attempt: Attempt) => Observable<AgentEvent>): Observable<AgentEvent> {
  return defer(() => {
    const waited = waitingAt(place) as WaitingCall | undefined
    const events = defer(() => {
      const { context, id: toolCallId } = place
      const decision = decideCall(place, step, waited)
      const { does, value, given: args, fingerprint } = decision
      const { startRun, requiresGesture } = step as AnyTool
      const note: Note = (state, result) => context.ledger.put({ toolCallId, toolName: step.name, fingerprint, state, result, idempotencyKey: toolCallId })
      const noted = (state: LedgerState | false, go: () => Observable<AgentEvent>): Observable<AgentEvent> => follow<unknown>(() => state && note(state), go)
      if (does === 'settle') return act(() => settle(place, value))
      if (does !== 'run') {
        // It is in the ledger before the run ends with it. A gesture-bound call is armed: inside the tap nothing is waited for.
        return noted(does !== 'again' && (requiresGesture ? 'armed' : 'proposed'), () => act(() => wait(place, [interruptOf(place, step, does, decision)], { question: does, args })))
      }
      return around(attempt => (startRun ? noted('executing', () => runInside(place, attempt, (...child) => startRun(value, ...child), toolCallId, { args })) : execute(place, step, value, note, attempt)))
    })
    return isTool(step) ? asToolCall(place, step, waited, events) : events
  })
}

/** One attempt. The ledger is written before the effect; where nothing has to be waited for, the call is made at once. */
function execute(place: StepPlace, step: Callable, args: unknown, note: Note, attempt: number): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const { context, runId, input: { threadId }, id: toolCallId } = place
    let isOver = false
    const { told } = openCall(context, toolCallId, subscriber, () => isOver)
    const isPlain = step.replay === 'idempotent'
    /** Nobody waits for it. What may happen twice needs no entry. */
    const aside = (...entry: Parameters<Note>): void => {
      if (!isPlain) unwaited(place, () => note(...entry), 'ledger-failed', { toolCallId })
    }
    const failed = (thrown: unknown): void => {
      isOver = true
      subscriber.error(isSampanError(thrown) ? thrown : stepError(place, 'workflow/step-failed', 'failed: ' + errorMessage(thrown), thrown))
    }
    const done = (result: unknown): void => {
      isOver = true
      const text = jsonOf(checked(place, step.validateResult, result, 'result'))
      // Late as well: what has had its effect is not done again by whoever goes on.
      aside('done', text)
      if (subscriber.closed) return
      // As a run that is gone on with later would read it.
      void settle(place, JSON.parse(text))
      subscriber.complete()
    }
    const call = (): void => {
      if (!subscriber.closed) whenDone(() => step.execute!(args, { ...told, idempotencyKey: toolCallId, threadId, runId, attempt }), result => whenDone(() => done(result), () => {}, failed), failed)
    }
    if (!isPlain && !(step as AnyTool).requiresGesture) return whenDone(() => note('executing'), call, failed)
    // A gesture-bound call was written when it was asked about: the tap must reach the host at once.
    aside('executing')
    call()
  })
}

/** Around a tool: the call before, its result after, and a result that says so where it fails. */
function asToolCall({ context, id: toolCallId, scope }: StepPlace, { name: toolCallName }: AnyTool, wasShown: unknown, events: Observable<AgentEvent>): Observable<AgentEvent> {
  const opening: AgentEvent[] = wasShown ? [] : [
    { type: 'TOOL_CALL_START', toolCallId, toolCallName },
    { type: 'TOOL_CALL_ARGS', toolCallId, delta: jsonOf(scope.value) },
    { type: 'TOOL_CALL_END', toolCallId },
  ]
  let failure: unknown
  const told = events.pipe(transform<AgentEvent, AgentEvent>(emit => {
    const end = (content: string, error?: ErrorCode): void => emit(resultEvent(context, toolCallId, { content, error }))
    return {
      next: emit,
      error(thrown) {
        failure = thrown
        const { code, message } = toSampanError(thrown, 'workflow/step-failed')
        // As tools fail elsewhere.
        end('Error: ' + message, code.replace('workflow/step', 'agent/tool') as ErrorCode)
      },
      complete() {
        const { value } = scope
        if (!scope.isWaiting) end(typeof value === 'string' ? value : jsonOf(value))
      },
    }
  }))
  return concat(of(...opening), told, act(() => {
    if (failure) throw failure
  }))
}

/** As an agent asks about a call; a function is no call that anybody has seen. */
function interruptOf({ id, path: step }: StepPlace, tool: Callable, question: Question, { given: args, fingerprint }: Decision): Interrupt {
  const interrupt = toInterrupt({ id, tool: tool as Parameters<typeof toInterrupt>[0]['tool'], args, fingerprint }, question)
  const { message = tool.name, metadata } = interrupt
  Object.assign(metadata!.sampan, { step })
  return Object.assign(interrupt, { id, message }, isTool(tool) || { reason: 'confirmation', toolCallId: undefined })
}
