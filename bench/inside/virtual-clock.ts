/** Time that stands still until it is moved on. It has the shape of Sampan's clock. */
export interface VirtualClock {
  now(): number
  setTimer(ms: number, callback: () => void): () => void
  /** Moves on by `ms`, calling back in order what falls due on the way. */
  advance(ms: number): void
}

interface Timer { at: number; callback: () => void }

/**
 * A clock for a handful of timers. It runs inside what is measured, so it is written to cost little: one comparison
 * while nothing is due, and plain loops.
 */
export function createVirtualClock(start = 1_750_000_000_000): VirtualClock {
  const timers: Timer[] = []
  let now = start
  let nextAt = Infinity
  const remove = (timer: Timer): void => {
    const index = timers.indexOf(timer)
    if (index < 0) return
    timers.splice(index, 1)
    nextAt = Infinity
    for (let i = 0; i < timers.length; i++) if (timers[i]!.at < nextAt) nextAt = timers[i]!.at
  }
  const fireNext = (): void => {
    let i = 0
    while (timers[i]!.at !== nextAt) i++
    const timer = timers[i]!
    now = timer.at
    remove(timer)
    timer.callback()
  }
  return {
    now: () => now,
    setTimer(ms, callback) {
      const timer: Timer = { at: now + ms, callback }
      timers.push(timer)
      if (timer.at < nextAt) nextAt = timer.at
      return () => remove(timer)
    },
    advance(ms) {
      const until = now + ms
      while (nextAt <= until) fireNext()
      now = until
    }
  }
}
