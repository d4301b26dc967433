import { Observable } from 'rxjs'
import { decideCall, type Decision } from './decide-call.js'
import { settle, wait, waitingAt, type StepPlace } from './flow-run.js'
import { isTool, type Step, type StepContext } from './step.js'
import { whenDone } from '../agent/ledger.js'
import { resultEvent } from '../agent/tool-outcome.js'
import { createCancel } from '../context/cancel.js'
import type { AnyTool, LedgerEntry } from '../contracts.js'
import { errorMessage, isSampanError, SampanError, toSampanError, type ErrorCode } from '../errors.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, of, throwError } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

type Callable = Step | AnyTool
/** How a tool call fails, for those who show it. */
const SHOWN_AS: { readonly [code: string]: ErrorCode | undefined } = { 'workflow/step-failed': 'agent/tool-failed', 'workflow/step-timeout': 'agent/tool-timeout' }

/** Makes one attempt. */
type Attempt = (attempt: number) => Observable<AgentEvent>

/**
 * Runs a function or a tool: asks the ledger, then the approval, and keeps what comes out. A tool shows as a tool call
 * under the id of its place; the events of a call that has been shown already are not repeated.
 *
 * @param around tries more than once, and limits the time.
 */
export function callStep(place: StepPlace, step: Callable, around: (attempt: Attempt) => Observable<AgentEvent>): Observable<AgentEvent> {
  return defer(() => {
    const isShown = isTool(step)
    const wasShown = waitingAt(place) !== undefined
    const decision = decideCall(place, step)
    const events = followed(place, step, decision, around)
    return isShown ? asToolCall(place, step, wasShown, events) : events
  })
}

function followed(place: StepPlace, step: Callable, decision: Decision, around: (attempt: Attempt) => Observable<AgentEvent>): Observable<AgentEvent> {
  switch (decision.do) {
    case 'fail':
      return throwError(decision.error)
    case 'settle':
      return defer(() => {
        void settle(place, decision.value)
        return of<AgentEvent>()
      })
    case 'ask':
      return asking(place, step, decision)
    case 'run':
      return around(attempt => execute(place, step, decision, attempt))
  }
}

/** The question is in the ledger before the run ends with it. A gesture-bound call is armed: inside the tap nothing is waited for. */
function asking(place: StepPlace, step: Callable, { interrupt, kept, fingerprint }: Extract<Decision, { do: 'ask' }>): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const isAgain = kept.question === 'again'
    whenDone(
      () => (isAgain ? undefined : note(place, step, fingerprint, (step as AnyTool).requiresGesture ? 'armed' : 'proposed')),
      () => wait(place, [interrupt], kept).subscribe(subscriber),
      thrown => subscriber.error(thrown),
    )
  })
}

function note({ run, id }: StepPlace, { name }: Callable, fingerprint: string, state: LedgerEntry['state'], result?: string): void | PromiseLike<void> {
  return run.context.ledger.put({ toolCallId: id, toolName: name, fingerprint, state, result, idempotencyKey: id })
}

/** One attempt. The ledger is written before the effect; where nothing has to be waited for, the call is made at once. */
function execute(place: StepPlace, step: Callable, { args, fingerprint }: Extract<Decision, { do: 'run' }>, attempt: number): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const { run: { context, runId, input: { threadId } }, id, path } = place
    const { signal, cancel, release } = createCancel(context.cancel)
    const isPlain = step.replay === 'idempotent'
    let isOver = false
    const failed = (thrown: unknown): void => {
      isOver = true
      subscriber.error(isSampanError(thrown) ? thrown : new SampanError('workflow/step-failed', 'Step "' + path + '" failed: ' + errorMessage(thrown), { info: { step: path }, cause: thrown }))
    }
    subscriber.add(() => {
      release()
      if (!isOver) whenDone(cancel, () => {}, thrown => context.trace('tool-cancel-failed', { toolCallId: id, message: String(thrown) }))
    })
    const done = (result: unknown): void => {
      isOver = true
      const checked = step.validateResult ? step.validateResult(result) : { ok: true as const, value: result }
      if (!checked.ok) throw new SampanError('agent/tool-result-invalid', 'The result of step "' + path + '" does not fit its schema: ' + checked.issues)
      const text = JSON.stringify(checked.value) ?? 'null'
      // Late as well: what has had its effect is not done again by whoever goes on.
      if (!isPlain) whenDone(() => note(place, step, fingerprint, 'done', text), () => {}, thrown => context.trace('ledger-failed', { toolCallId: id, state: 'done', message: String(thrown) }))
      if (subscriber.closed) return
      // As a run that is gone on with later would read it.
      void settle(place, JSON.parse(text))
      subscriber.complete()
    }
    const told: StepContext = {
      toolCallId: id, idempotencyKey: id, threadId, runId, attempt, cancel: signal,
      progress: value => void (isOver || subscriber.closed || subscriber.next(customEvent('sampan:tool-progressed', { toolCallId: id, progress: value }))),
    }
    const call = (): void => {
      if (!subscriber.closed) whenDone(() => step.execute!(args, told), result => guarded(() => done(result), failed), failed)
    }
    if (isPlain) return call()
    const begun = (): void | PromiseLike<void> => note(place, step, fingerprint, 'executing')
    if (!(step as AnyTool).requiresGesture) return whenDone(begun, call, failed)
    // It was written when it was asked about: the tap must reach the host at once.
    whenDone(begun, () => {}, thrown => context.trace('ledger-failed', { toolCallId: id, state: 'executing', message: String(thrown) }))
    call()
  })
}

function guarded(work: () => void, failed: (thrown: unknown) => void): void {
  try {
    work()
  } catch (thrown) {
    failed(thrown)
  }
}

/** Around a tool: the call before, its result after, and a result that says so where it fails. */
function asToolCall(place: StepPlace, { name: toolCallName }: AnyTool, wasShown: boolean, events: Observable<AgentEvent>): Observable<AgentEvent> {
  const { run: { context }, id: toolCallId, scope } = place
  const opening: AgentEvent[] = wasShown ? [] : [
    { type: 'TOOL_CALL_START', toolCallId, toolCallName },
    { type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(scope.value) ?? 'null' },
    { type: 'TOOL_CALL_END', toolCallId },
  ]
  const ended = (content: string, error?: ErrorCode): AgentEvent => resultEvent(context, toolCallId, { content, error })
  let failure: unknown
  const told = events.pipe(transform<AgentEvent, AgentEvent>(emit => ({
    next: emit,
    error(thrown) {
      failure = thrown
      const { code, message } = toSampanError(thrown, 'workflow/step-failed')
      emit(ended('Error: ' + message, SHOWN_AS[code] ?? code))
    },
    complete() {
      const { value } = scope
      if (!scope.isWaiting) emit(ended(typeof value === 'string' ? value : JSON.stringify(value)))
    },
  })))
  return concat(of<AgentEvent>(...opening), told, defer(() => (failure ? throwError(failure) : of<AgentEvent>())))
}
