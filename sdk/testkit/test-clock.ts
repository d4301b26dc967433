import type { Clock } from '../platform/platform.js'

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  /**
   * Moves time on, calling every timer that comes due, in order, also those that are set on the way.
   * @throws Error where timers set each other without end.
   */
  advance(ms: number): void
  /** Timers that are set: nothing should be left when a stream is over. */
  readonly pending: number
}

const MAX_CALLS = 100_000

/**
 * Makes a clock for tests of what waits.
 *
 * @param start milliseconds since 1970. Default: a moment in November 2023.
 * @example
 * const clock = createTestClock()
 * clock.setTimer(1000, retry)
 * clock.advance(1000)
 */
export function createTestClock(start = 1_700_000_000_000): TestClock {
  let now = start
  let timers: { at: number; callback: () => void }[] = []
  return {
    now: () => now,
    setTimer(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter(other => other !== timer)
      }
    },
    advance(ms) {
      const end = now + ms
      for (let calls = 0; ; calls++) {
        if (calls > MAX_CALLS) throw new Error(`more than ${MAX_CALLS} timers came due within ${ms} ms: do they set each other?`)
        const due = timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        timers = timers.filter(other => other !== due)
        now = Math.max(now, due.at)
        due.callback()
      }
      now = end
    },
    get pending() {
      return timers.length
    },
  }
}
