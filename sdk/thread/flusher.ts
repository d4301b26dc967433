import type { Clock, Stop } from '../platform/platform.js'

/** Calls `flush` for many changes at once: at the first after a pause, then at most every `ms`, and always at the end. */
export interface Flusher {
  /** Something changed. Cheap: most calls only find that a flush is due anyway. */
  mark(): void
  /** Flushes now what is due. */
  now(): void
  stop: Stop
}

export function createFlusher(clock: Clock, ms: number, flush: () => void): Flusher {
  let isDirty = false
  let stopTimer: Stop | undefined
  const run = (): void => {
    isDirty = false
    flush()
  }
  const wait = (): void => {
    stopTimer = clock.setTimer(ms, () => {
      stopTimer = undefined
      if (!isDirty) return
      wait()
      run()
    })
  }
  return {
    mark() {
      if (isDirty) return
      isDirty = true
      if (stopTimer) return
      wait()
      run()
    },
    now() {
      if (isDirty) run()
    },
    stop() {
      stopTimer?.()
      stopTimer = undefined
    },
  }
}
