import { Observable, type OperatorFunction } from 'rxjs'
import type { ModelEvent, ModelRequest, RunContext } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import { defer, of, sequence } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'

/** What to do about an answer that broke off after it had said something: begin anew, or leave it at that. */
export type AfterContent = 'restart' | 'fail'

/** How an attempt failed. */
export interface FailedAttempt {
  readonly error: SampanError
  /** From 1 on. */
  readonly attempt: number
  /** Whether something of this answer has been passed on: by this attempt or by one before it. */
  readonly hasSpoken: boolean
}

/** Where a call stands among wrappers that try again: how many of them are around it. */
interface AttemptContext extends RunContext { readonly attemptDepth?: number }

/** How an answer is tried for several times. */
export interface Attempts {
  /** A letter for the names of logs. */
  readonly kind: string
  /** Makes attempt number n, from 1 on. */
  begin(request: ModelRequest, context: RunContext, attempt: number): Observable<ModelEvent>
  /** What to wait for before the next attempt, or `undefined` where the error stands. */
  next(failed: FailedAttempt): Observable<never> | undefined
}

/**
 * One answer out of several attempts. What an attempt said stays until the next one says something: only then is it taken
 * back (`reset`), so that no text shows twice, and none is lost if all that follows fails. Usage is passed on from every
 * attempt, for all of them are paid.
 *
 * A further attempt has a log of its own: one that ended in an error would only be read again. Its id follows from that of
 * the first, so that after a kill the same attempts join the same logs, and from how deep its wrapper stands in others, so
 * that attempts of one never join those of another.
 */
export function attemptAgain({ kind, begin, next }: Attempts, request: ModelRequest, context: AttemptContext): Observable<ModelEvent> {
  const { cancel, attemptDepth: depth = 0 } = context
  const inner: AttemptContext = { ...context, attemptDepth: depth + 1 }
  const logIdOf = (attempt: number): string | undefined => request.logId && request.logId + '-' + kind + (depth ? depth + '.' : '') + attempt
  return defer(() => {
    const answer: Answer = { hasSpoken: false }
    let attempt = 0
    let hasWaited = true
    return sequence<ModelEvent>(() => {
      const { error, hasSpoken } = answer
      if (attempt && !error) return undefined
      if (hasWaited && !cancel.isCancelled) {
        hasWaited = false
        const asked = ++attempt === 1 ? request : { ...request, logId: logIdOf(attempt), joins: undefined }
        return begin(asked, inner, attempt).pipe(readAttempt(answer))
      }
      const wait = error && !cancel.isCancelled ? next({ error, attempt, hasSpoken }) : undefined
      hasWaited = true
      if (wait || !error) return wait
      answer.error = undefined
      return of<ModelEvent>({ type: 'error', error })
    })
  })
}

/** What has become of the answer so far. */
interface Answer {
  hasSpoken: boolean
  /** Of the last attempt, if it failed. */
  error?: SampanError | undefined
}

/** Passes on what an attempt says, but for an error: that one goes into the answer, and ends the attempt. */
function readAttempt(answer: Answer): OperatorFunction<ModelEvent, ModelEvent> {
  return transform<ModelEvent, ModelEvent>((emit, end) => {
    let stale = answer.hasSpoken ? answer.error : undefined
    answer.error = undefined
    const fail = (error: SampanError): void => {
      answer.error = error
      end()
    }
    return {
      next(event) {
        const { type } = event
        if (type === 'error') return fail(event.error)
        if (type !== 'usage') {
          if (stale) emit({ type: 'reset', error: stale })
          stale = undefined
          answer.hasSpoken = true
        }
        emit(event)
        if (type === 'finish') end()
      },
      complete: () => fail(new SampanError('transport/truncated', 'The model stopped before it had finished.', { phase: 'stream', retryable: true })),
    }
  })
}

/** Lets time pass. Cancelling the run ends it at once. */
export function pause(ms: number, { clock, cancel }: RunContext): Observable<never> {
  return new Observable(subscriber => {
    const done = (): void => subscriber.complete()
    subscriber.add(clock.setTimer(ms, done))
    subscriber.add(cancel.onCancel(done))
  })
}
