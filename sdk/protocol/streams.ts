import { Observable, type Subscriber } from 'rxjs'
import { Hop } from './hop.js'

// The creators of RxJS under their names, for Observables alone. The originals also take promises, iterables, web streams
// and schedulers, and bring the code for all of them onto every phone: 4 kB of the smallest app, compressed.

/** Makes the source anew for each subscriber. What `make` throws becomes the error of the result. */
export function defer<T>(make: () => Observable<T>): Observable<T> {
  return new Observable(subscriber => make().subscribe(subscriber))
}

/** Emits values, synchronously, and completes. */
export function of<T>(...values: T[]): Observable<T> {
  return new Observable(subscriber => {
    for (const value of values) subscriber.next(value)
    subscriber.complete()
  })
}

/** Fails at once. */
export function throwError(error: unknown): Observable<never> {
  return new Observable(subscriber => subscriber.error(error))
}

/** Completes when work is done elsewhere; fails with what it fails with. */
export function settled(work: PromiseLike<unknown>): Observable<never> {
  return new Observable(subscriber => {
    work.then(() => subscriber.complete(), error => subscriber.error(error))
  })
}

/** One source after the other. */
export function concat<T>(...sources: Observable<T>[]): Observable<T> {
  return mergeAll(sources, 1)
}

/** All sources side by side; completes when all have. */
export function merge<T>(...sources: Observable<T>[]): Observable<T> {
  return mergeAll(sources)
}

/** As {@link merge}, of a list. @param limit how many go on at the same time at most; the others wait their turn. Default: all. */
export function mergeAll<T>(sources: readonly Observable<T>[], limit = Infinity): Observable<T> {
  return defer(() => {
    let index = 0
    return sequence(() => sources[index++], limit)
  })
}

/**
 * One source after the other, each asked for when the one before has ended, until there is none. A source that ends at
 * once costs no depth of the stack. Subscribe to it once, or wrap it in {@link defer}: `next` is shared.
 *
 * @param limit how many go on at the same time at most: so many are asked for before one of them has ended. Default 1.
 */
export function sequence<T>(next: () => Observable<T> | undefined, limit = 1): Observable<T> {
  return new Observable(subscriber => {
    let open = 0
    let isLast = false
    let isLooping = false
    const loop = (): void => {
      isLooping = true
      try {
        // One of them may have failed, or led to the end of it all: the rest is not begun.
        while (open < limit && !isLast && !subscriber.closed) {
          const source = next()
          isLast = !source
          if (!source) break
          open++
          const inner = forward(subscriber, ended)
          source.subscribe(inner)
        }
      } catch (error) {
        subscriber.error(error)
      }
      isLooping = false
      if (isLast && !open) subscriber.complete()
    }
    const ended = (): void => {
      open--
      if (!isLooping) loop()
    }
    loop()
  })
}

/** A subscriber that passes everything on but the end. It is linked before it is used, so that leaving reaches it. */
function forward<T>(subscriber: Subscriber<T>, complete: () => void): Subscriber<T> {
  const inner = new Hop<T>({
    next: value => subscriber.next(value),
    error: (error: unknown) => subscriber.error(error),
    complete() {
      subscriber.remove(inner)
      complete()
    },
  })
  subscriber.add(inner)
  return inner
}
