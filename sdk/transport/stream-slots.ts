import { Observable } from 'rxjs'
import type { Platform } from '../platform/platform.js'

interface Slots {
  live: number
  waiting: (() => void)[]
}

const slotsOf = new WeakMap<Platform, Slots>()

/**
 * Holds a stream back until the host has room for it: where two live streams get mixed up, the second waits for the
 * first to end. A stream that is unsubscribed from while it waits never starts.
 */
export function inStreamSlot<T>(platform: Platform, stream$: Observable<T>): Observable<T> {
  return new Observable(subscriber => {
    const slots = slotsOf.get(platform) || { live: 0, waiting: [] }
    slotsOf.set(platform, slots)
    const start = (): void => {
      slots.live += 1
      // The same subscriber, so that a frame passes no one on its way; what is added later is undone later, so that the
      // request is gone by the time the next one starts.
      stream$.subscribe(subscriber)
      subscriber.add(() => {
        slots.live -= 1
        const next = slots.waiting.shift()
        if (next) next()
      })
    }
    if (slots.live < platform.capabilities.maxStreams) return start()
    slots.waiting.push(start)
    return () => {
      slots.waiting = slots.waiting.filter(waiting => waiting !== start)
    }
  })
}
