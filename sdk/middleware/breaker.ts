import type { ModelEndpoint, ModelFunction, ModelInfo, ModelMiddleware } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { defer, of } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

export interface BreakerOptions {
  /** Failures in a row after which the endpoint is left alone. Default 3. */
  failures?: number
  /** Milliseconds within which they happened. Default 60 000. */
  windowMs?: number
  /** Milliseconds for which it is left alone. Then one call tries it. Default 30 000. */
  coolMs?: number
  /** Which errors count. Default: those that say the same call may succeed later, unless the phone itself had no network. */
  on?: (error: SampanError) => boolean
}

/** What is known of an endpoint. */
interface Health {
  /** When it failed, in milliseconds since 1970; the oldest first. Emptied by a success. */
  failedAt: number[]
  /** Until when it is left alone. 0 where it is not. */
  openUntil: number
  /** A call is out that tries it again. */
  isProbing: boolean
}

/** The fault of the phone, not of the endpoint. */
const OWN: readonly ErrorCode[] = ['transport/offline', 'transport/suspended']

/**
 * Leaves an endpoint alone that keeps failing: calls end at once with a retryable `endpoint/provider-error`
 * (`details.info.circuit` is `open`, `details.retryAfterMs` says for how long), until one call finds that it answers again.
 * What is known belongs to the endpoint and this value of `breaker`: agents that share both share it.
 *
 * @example
 * fallback([{ endpoint: first, middleware: [breaker({ failures: 3 })] }, second])
 */
export function breaker(options: BreakerOptions = {}): ModelMiddleware {
  const { failures = 3, windowMs = 60_000, coolMs = 30_000, on = ({ retryable, code }) => retryable && !OWN.includes(code) } = options
  const known = new WeakMap<ModelFunction | ModelInfo, Health>()
  return (request, context, next) =>
    defer(() => {
      const { clock, trace } = context
      // Other middleware between stands for the same endpoint.
      const { info: endpoint = next } = next as Partial<ModelEndpoint> & ModelFunction
      const health = known.get(endpoint) ?? { failedAt: [], openUntil: 0, isProbing: false }
      known.set(endpoint, health)
      const waitMs = health.openUntil - clock.now()
      // An answer that is read again from its log costs the model nothing.
      if (!request.joins && (waitMs > 0 || health.isProbing)) return of({ type: 'error' as const, error: notAsked(Math.max(waitMs, 0)) })
      const isProbe = health.openUntil > 0
      health.isProbing = isProbe
      const failed = (error: SampanError): void => {
        if (!on(error)) return
        const now = clock.now()
        health.failedAt = health.failedAt.filter(at => at > now - windowMs).concat(now)
        if (!isProbe && health.failedAt.length < failures) return
        Object.assign(health, { failedAt: [], openUntil: now + coolMs })
        trace('circuit-opened', { code: error.code, coolMs })
      }
      return next(request, context).pipe(
        transform(emit => ({
          next(event) {
            if (event.type === 'error') failed(event.error)
            // Said before the answer is passed on: whoever hears its end may call again right then.
            else if (event.type === 'finish') Object.assign(health, { failedAt: [], openUntil: 0 })
            if (event.type === 'error' || event.type === 'finish') release()
            emit(event)
          },
          release,
        })),
      )
      // Who leaves a trial call before its end has learnt nothing: the next call is the trial.
      function release(): void {
        if (isProbe) health.isProbing = false
      }
    })
}

function notAsked(retryAfterMs: number): SampanError {
  const message = 'The endpoint has failed several times and is not asked for now.'
  return new SampanError('endpoint/provider-error', message, { retryable: true, retryAfterMs, info: { circuit: 'open' } })
}
