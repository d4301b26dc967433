import { clientClosed, type Lifetime } from '../lifetime.js'
import { Problem, toProblem } from '../problem.js'
import { relayFrames, type ErrorLines } from '../relay.js'
import { within } from '../sse-response.js'
import type { LogKey, LogStore } from './log-store.js'
import { createLogWriter } from './log-writer.js'

/** What a {@link RunningLog} is made of. */
export interface RunningLogOptions {
  key: LogKey
  store: LogStore
  events: AsyncGenerator<string[], void>
  errorLines?: ErrorLines | undefined
  lifetime: Lifetime
  requestId: string
  /** Milliseconds it goes on with nobody reading. */
  graceMs: number
  maxBytes: number
  ttlMs: number
  /**
   * Milliseconds in which a failure before the first frame is a refusal: whoever asks is told with a status of its own,
   * and no log is left, so that the id may be used again. 0: none is.
   */
  refusalMs: number
  /** Told of every problem that ends the log. */
  onProblem(problem: Problem): void
}

/** A log that this gateway writes. It reads the provider once, and to its end, however many read along. */
export interface RunningLog {
  readonly key: LogKey
  /** Why it is not in the store: it was refused, or could not be kept. */
  readonly refusal: Problem | undefined
  /** Resolves when the store has its last frame. Never rejects. */
  readonly ended: Promise<void>
  /** Somebody reads. Returns how to leave, which may be called twice. */
  enter(): () => void
  /** Somebody will come back, or reads elsewhere: that all have left is no longer a reason to stop at once. */
  keep(): void
  /** Ends it, with this as its last frame. */
  stop(problem: Problem): void
}

/** Starts to read the provider and to write its log. */
export function startRunningLog(options: RunningLogOptions): RunningLog {
  const { lifetime, graceMs } = options
  let refusal: Problem | undefined
  let readers = 0
  let willReturn = false
  let grace: NodeJS.Timeout | undefined
  const rest = (): void => {
    clearTimeout(grace)
    if (readers > 0 || lifetime.isOver) return
    if (!willReturn) return lifetime.abort(clientClosed())
    grace = setTimeout(() => lifetime.abort(clientClosed('Nobody came back for this answer.')), graceMs)
  }
  const refuse = (problem: Problem): void => {
    refusal = problem
    // Its readers fail with it, and tell it themselves.
    if (readers === 0) options.onProblem(problem)
  }
  const stopHearing = options.store.watch(options.key, note => {
    if (note === 'cancel') log.stop(cancelled())
    if (note === 'read') log.keep()
  })
  const log: RunningLog = {
    key: options.key,
    get refusal() {
      return refusal
    },
    ended: write(options, refuse).finally(() => {
      clearTimeout(grace)
      stopHearing()
    }),
    enter() {
      readers += 1
      clearTimeout(grace)
      let isHere = true
      return () => {
        if (!isHere) return
        isHere = false
        readers -= 1
        rest()
      }
    },
    keep() {
      willReturn = true
      rest()
    },
    stop: problem => lifetime.abort(problem),
  }
  return log
}

async function write(options: RunningLogOptions, refuse: (problem: Problem) => void): Promise<void> {
  const { events, errorLines, lifetime, store, key, requestId, maxBytes, ttlMs, refusalMs, onProblem } = options
  const first = events.next()
  first.catch(() => {})
  try {
    if (refusalMs > 0) await within(first, refusalMs)
  } catch (error) {
    const problem = toProblem(error)
    lifetime.abort(problem)
    // That it was cancelled is kept: the same request may come again, late.
    if (problem.code !== 'cancelled') {
      refuse(problem)
      return store.delete(key).catch(() => {})
    }
  }
  const lost = (cause?: unknown): void => {
    if (cause === undefined) return lifetime.abort(cancelled())
    const problem = new Problem('internal_error', 'The gateway could not keep the answer.', { cause })
    refuse(problem)
    lifetime.abort(problem)
    // Whoever reads it on another gateway would wait for an end that cannot be written.
    store.delete(key).catch(() => {})
  }
  const writer = createLogWriter({ store, key, maxBytes, ttlMs, onLost: lost })
  for await (const frame of relayFrames({ events, first, lifetime, requestId, errorLines, onProblem })) await writer.push(frame)
  await writer.flushed()
}

/** Somebody said that nobody wants this answer. */
export function cancelled(): Problem {
  return new Problem('cancelled', 'This answer was cancelled.')
}
