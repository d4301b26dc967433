import type { Clock } from '../../sdk/platform/platform.js'

/** How much faster a phone's clock goes than the wall's: back-off, watchdogs and retention pass in moments. */
export const SPEED = 40

const begin = Date.now()

/** The clock of all phones and their timers. */
export const fastClock: Clock = {
  now: () => begin + (Date.now() - begin) * SPEED,
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms / SPEED)
    return () => clearTimeout(timer)
  },
}

/** Waits in real time. */
export const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
