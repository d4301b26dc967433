import { Observable, Subscriber } from 'rxjs'
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
    const slots = slotsOf.get(platform) ?? { live: 0, waiting: [] }
    slotsOf.set(platform, slots)
    const inner = new Subscriber<T>(subscriber)
    let hasSlot = false
    const start = (): void => {
      hasSlot = true
      slots.live += 1
      stream$.subscribe(inner)
    }
    // `inner` is linked already, so that its request is gone by now: the next one must not meet it.
    subscriber.add(() => {
      slots.waiting = slots.waiting.filter(waiting => waiting !== start)
      if (!hasSlot) return
      hasSlot = false
      slots.live -= 1
      slots.waiting.shift()?.()
    })
    if (slots.live < platform.capabilities.maxStreams) start()
    else slots.waiting.push(start)
  })
}
