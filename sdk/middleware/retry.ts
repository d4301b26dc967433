import { attemptAgain, pause, type AfterContent } from './attempts/attempt-again.js'
import type { ModelMiddleware } from '../contracts.js'
import type { SampanError } from '../errors.js'

/** How long to wait before the next attempt. */
export interface Backoff {
  /** Milliseconds before the second attempt. Default 500. */
  baseMs?: number
  /** By how much each wait is longer than the one before. Default 2. */
  factor?: number
  /** The longest wait. Default 8 000. */
  maxMs?: number
}

export interface RetryOptions {
  /** Calls in all, the first one too. Default 3. */
  attempts?: number
  backoff?: Backoff
  /** The longest `Retry-After` that is waited for, in milliseconds. Who asks for longer is not asked again. Default 30 000. */
  maxRetryAfterMs?: number
  /**
   * An answer that broke off after it had said something. `restart` (default): it is taken back when the new one begins to
   * speak. `fail`: the error stands, and so does what was said.
   */
  afterContent?: AfterContent
  /** Which errors are worth another attempt. Default: those that say so themselves (`error.retryable`). */
  on?: (error: SampanError) => boolean
  /** From 0 to 1, for the jitter: half of each wait is left to chance, so that phones do not come back all at once. */
  random?: () => number
}

/**
 * Calls the model again where that may help. Tools run outside of it, so none runs twice.
 *
 * @example
 * createAgent({ model, modelMiddleware: [retry({ attempts: 3 })] })
 */
export function retry(options: RetryOptions = {}): ModelMiddleware {
  const { attempts = 3, backoff, maxRetryAfterMs = 30_000, afterContent = 'restart', on = isRetryable, random = Math.random } = options
  return (request, context, next) =>
    attemptAgain(
      {
        kind: 'r',
        begin: next,
        next({ error, attempt, hasSpoken }) {
          const { retryAfterMs = 0 } = error.details
          if (attempt >= attempts || retryAfterMs > maxRetryAfterMs || (hasSpoken && afterContent === 'fail') || !on(error)) return undefined
          const waitMs = Math.max(retryAfterMs, backoffMs(attempt, backoff, random()))
          context.trace('model-retried', { attempt, code: error.code, waitMs })
          return pause(waitMs, context)
        },
      },
      request,
      context,
    )
}

const isRetryable = ({ retryable }: SampanError): boolean => retryable

function backoffMs(attempt: number, { baseMs = 500, factor = 2, maxMs = 8000 }: Backoff = {}, random: number): number {
  return Math.round(Math.min(maxMs, baseMs * factor ** (attempt - 1)) * (0.5 + random / 2))
}
