import type { Clock } from '../platform/platform.js'

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves time on, calling every timer that comes due, in order. */
  advance(ms: number): void
  /** Timers that are set: nothing should be left when a stream is over. */
  readonly pending: number
}

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
      for (;;) {
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
