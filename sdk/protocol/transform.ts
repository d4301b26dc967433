import { Observable, type OperatorFunction } from 'rxjs'
import { Hop } from './hop.js'

/** What an operator made by {@link transform} does with each signal of its source. */
export interface TransformHandler<T> {
  /** May throw: the result then fails with what was thrown. */
  next(value: T): void
  /** Called before completion passes on; may still emit, or throw: the result then fails. */
  complete?(): void
  /** Takes an error of the source: it may still emit, then the result completes. Without it the error passes on. */
  error?(error: unknown): void
  /** Called once, when the subscriber leaves or the stream ends. */
  release?(): void
}

/**
 * Builds an operator from a push handler: one value in, any number out, synchronously, without an array per value.
 * It is the one place in the library that subscribes to a source by hand.
 *
 * @param make called once per subscription; `end` completes the result at once and leaves the source.
 */
export function transform<T, R>(
  make: (emit: (value: R) => void, end: () => void) => TransformHandler<T>,
): OperatorFunction<T, R> {
  return source =>
    new Observable<R>(subscriber => {
      const handler = make(
        value => subscriber.next(value),
        () => subscriber.complete(),
      )
      if (handler.release) subscriber.add(() => handler.release!())
      const fail = (error: unknown): void => {
        if (!handler.error) return subscriber.error(error)
        handler.error(error)
        subscriber.complete()
      }
      // Linked before it subscribes, so that ending inside a synchronous source stops that source too.
      const inner = new Hop<T>({
        next: value => {
          try {
            handler.next(value)
          } catch (error) {
            subscriber.error(error)
          }
        },
        error: fail,
        complete: () => {
          try {
            if (handler.complete) handler.complete()
          } catch (error) {
            return subscriber.error(error)
          }
          subscriber.complete()
        },
      })
      subscriber.add(inner)
      // `make` may have ended it already: then the source is not begun.
      if (!subscriber.closed) source.subscribe(inner)
    })
}
