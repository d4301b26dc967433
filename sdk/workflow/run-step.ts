import { Observable } from 'rxjs'
import { callStep, type Attempt } from './call-step.js'
import { childStep } from './child-step.js'
import { rest, stepError, type StepPlace } from './flow-run.js'
import { isAgent } from './step.js'
import { MAX_TIMER_MS } from '../context/max-timer-ms.js'
import { toSampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { Hop } from '../protocol/hop.js'
import { sequence, throwError } from '../protocol/streams.js'

/** What another attempt would not change. */
const FINAL = /tool-(denied|outcome|arguments)|workflow\/in/

/** Runs the step that a node names, as often as its policy says. */
export function runStep(place: StepPlace): Observable<AgentEvent> {
  const { steps, node: { step: name, timeoutMs } } = place
  const step = steps[name]!
  if (isAgent(step)) return attempts(place, timeoutMs, attempt => childStep(place, step, attempt))
  return callStep(place, step, call => attempts(place, timeoutMs ?? step.timeoutMs, call))
}

/** One attempt after the other until one does not fail. One that takes too long is left before anything follows from it. */
function attempts(place: StepPlace, timeoutMs: number | undefined, make: Attempt): Observable<AgentEvent> {
  const { context: { clock }, node: { retry } } = place
  const { attempts: most, backoffMs = 1_000, maxBackoffMs = 30_000 } = retry || { attempts: 1 }
  let attempt = 0
  let failure: unknown
  let hasWaited = true
  return sequence(() => {
    if (attempt && !failure) return undefined
    if (failure && (attempt >= most || FINAL.test(toSampanError(failure, 'workflow/step-failed').code))) return throwError(failure)
    hasWaited = !hasWaited
    if (hasWaited) return rest(clock, clock.now() + Math.min(backoffMs * 2 ** (attempt - 1), maxBackoffMs))
    failure = undefined
    return new Observable(subscriber => {
      const complete = (): void => subscriber.complete()
      const error = (thrown: unknown): void => {
        failure = thrown
        complete()
      }
      const inner = new Hop<AgentEvent>({ next: event => subscriber.next(event), error, complete })
      if (timeoutMs! <= MAX_TIMER_MS) subscriber.add(clock.setTimer(timeoutMs!, () => {
        inner.unsubscribe()
        error(stepError(place, 'workflow/step-timeout', 'did not end within ' + timeoutMs + ' ms.'))
      }))
      subscriber.add(inner)
      make(++attempt).subscribe(inner)
    })
  })
}
