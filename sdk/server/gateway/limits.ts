import { Problem, type ProblemCode } from './problem.js'

const minute = 60_000

/** Counts what each key did in the running minute. */
export interface RateLimiter {
  /** Counts one more. Throws a 429 that says how long to wait when that is too many. */
  take(key: string): void
}

/**
 * A fixed window of one minute per key. Memory stays bounded: windows that are over are dropped whenever as many keys
 * were added as are still alive.
 */
export function createRateLimiter(perMinute: number, now: () => number): RateLimiter {
  const windows = new Map<string, { endsAt: number; count: number }>()
  let sweepAtSize = 1024
  const sweep = (time: number): void => {
    for (const [key, window] of windows) if (window.endsAt <= time) windows.delete(key)
    sweepAtSize = Math.max(1024, windows.size * 2)
  }
  return {
    take(key) {
      const time = now()
      let window = windows.get(key)
      if (!window || window.endsAt <= time) {
        if (windows.size >= sweepAtSize) sweep(time)
        window = { endsAt: time + minute, count: 0 }
        windows.set(key, window)
      }
      if (++window.count > perMinute) throw tooMany('rate_limited', 'Too many requests.', window.endsAt - time)
    },
  }
}

/** Counts what each key has open. */
export interface SlotLimiter {
  /** Takes a slot and returns how to give it back; giving back twice does nothing. Throws a 429 when all are taken. */
  take(key: string): () => void
}

/** At most `max` open at a time per key; `what` they are stands in the refusal. */
export function createSlotLimiter(max: number, what: string): SlotLimiter {
  const open = new Map<string, number>()
  return {
    take(key) {
      const count = open.get(key) ?? 0
      if (count >= max) throw tooMany('too_many_streams', `At most ${max} ${what} at a time.`, 1000)
      open.set(key, count + 1)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        const left = (open.get(key) ?? 1) - 1
        if (left > 0) open.set(key, left)
        else open.delete(key)
      }
    },
  }
}

/** A refusal with `code` and how long to wait, which is a second at least. */
export function tooMany(code: ProblemCode, message: string, waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new Problem(code, message, { headers: { 'retry-after': String(seconds) } })
}
