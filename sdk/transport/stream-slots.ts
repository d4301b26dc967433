import { Observable } from 'rxjs'
import type { Platform, Stop } from '../platform/platform.js'

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
    let hasSlot = false
    const start = (): void => {
      hasSlot = true
      slots.live += 1
      subscriber.add(stream$.subscribe(subscriber))
    }
    const leave: Stop = () => {
      slots.waiting = slots.waiting.filter(waiting => waiting !== start)
      if (!hasSlot) return
      hasSlot = false
      slots.live -= 1
      slots.waiting.shift()?.()
    }
    subscriber.add(leave)
    if (slots.live < platform.capabilities.maxStreams) start()
    else slots.waiting.push(start)
  })
}
