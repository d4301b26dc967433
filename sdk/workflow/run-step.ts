import { Observable } from 'rxjs'
import { callStep } from './call-step.js'
import { childStep } from './child-step.js'
import type { RetryPolicy } from './flow-json.js'
import type { StepPlace } from './flow-run.js'
import { isAgent } from './step.js'
import type { RunContext } from '../contracts.js'
import { SampanError, toSampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { Hop } from '../protocol/hop.js'
import { sequence, throwError } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

type Clock = RunContext['clock']

/** What another attempt would not change. */
const FINAL = /^(agent\/tool-(denied|outcome-unknown|arguments-invalid)|workflow\/(invalid|input-invalid))$/

/** Runs the step that a node names, as often as its policy says. */
export function runStep(place: StepPlace): Observable<AgentEvent> {
  const { run: { settings, context: { clock } }, node: { step: name, retry, timeoutMs } } = place
  const step = settings.steps[name]!
  if (isAgent(step)) return retrying(place, retry, attempt => timed(childStep(place, step, attempt), timeoutMs, place, clock))
  return callStep(place, step, call => retrying(place, retry, attempt => timed(call(attempt), timeoutMs ?? step.timeoutMs, place, clock)))
}

/** One attempt after the other, each with its number from 1, until one does not fail. */
function retrying({ run: { context: { clock } } }: StepPlace, policy: RetryPolicy | undefined, make: (attempt: number) => Observable<AgentEvent>): Observable<AgentEvent> {
  const { attempts, backoffMs = 1_000, maxBackoffMs = 30_000 } = policy ?? { attempts: 1 }
  let attempt = 0
  let failure: unknown
  let hasWaited = true
  return sequence(() => {
    if (attempt && !failure) return undefined
    if (failure && (attempt >= attempts || FINAL.test(toSampanError(failure, 'workflow/step-failed').code))) return throwError(failure)
    hasWaited = !hasWaited
    if (hasWaited) return delay(Math.min(backoffMs * 2 ** (attempt - 1), maxBackoffMs), clock)
    failure = undefined
    return make(++attempt).pipe(transform<AgentEvent, AgentEvent>(emit => ({ next: emit, error: thrown => void (failure = thrown ?? new Error('nothing')) })))
  })
}

function delay(ms: number, clock: Clock): Observable<never> {
  return new Observable(subscriber => clock.setTimer(ms, () => subscriber.complete()))
}

/** Fails an attempt that takes too long. It is left before that is told: nothing of it goes on beside what follows. */
function timed(source: Observable<AgentEvent>, timeoutMs: number | undefined, { path }: StepPlace, clock: Clock): Observable<AgentEvent> {
  if (timeoutMs === undefined || timeoutMs > 0x7fffffff) return source
  return new Observable(subscriber => {
    const inner = new Hop<AgentEvent>({
      next: event => subscriber.next(event),
      error: thrown => subscriber.error(thrown),
      complete: () => subscriber.complete(),
    })
    subscriber.add(clock.setTimer(timeoutMs, () => {
      inner.unsubscribe()
      subscriber.error(new SampanError('workflow/step-timeout', 'Step "' + path + '" did not end within ' + timeoutMs + ' ms.', { info: { step: path } }))
    }))
    subscriber.add(inner)
    source.subscribe(inner)
  })
}
