import { Observable, type OperatorFunction } from 'rxjs'

/** What an operator made by {@link transform} does with each signal of its source. */
export interface TransformHandler<T> {
  next(value: T): void
  /** Called before completion passes on; may still emit. */
  complete?(): void
  /** Called when the subscriber leaves or the stream ends. */
  release?(): void
}

/**
 * Builds an operator from a push handler: one value in, any number out, synchronously, without an array per value.
 * It is the only place in the library that subscribes to a source by hand.
 *
 * @param make called once per subscription; `end` completes the result at once and leaves the source.
 */
export function transform<T, R>(
  make: (emit: (value: R) => void, end: () => void) => TransformHandler<T>,
  onError?: (error: unknown, emit: (value: R) => void) => void,
): OperatorFunction<T, R> {
  return source =>
    new Observable<R>(subscriber => {
      const emit = (value: R): void => subscriber.next(value)
      const handler = make(emit, () => subscriber.complete())
      if (handler.release) subscriber.add(() => handler.release!())
      subscriber.add(
        source.subscribe({
          next: value => handler.next(value),
          error: error => {
            if (!onError) return subscriber.error(error)
            onError(error, emit)
            subscriber.complete()
          },
          complete: () => {
            handler.complete?.()
            subscriber.complete()
          },
        }),
      )
    })
}
