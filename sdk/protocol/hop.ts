import { Subscriber, type Observer } from 'rxjs'

/**
 * A subscriber that hands each signal to its own functions, without the wrapping and the second look that one made from an
 * observer has: there is one for every frame and event on its way, and on a phone without a JIT each call counts. It ends
 * with the signal that ends the stream, as any other does; what a function throws goes to whoever sent the signal.
 */
export class Hop<T> extends Subscriber<T> {
  constructor({ next, error, complete }: Observer<T>) {
    super()
    const last = (signal: (thrown: unknown) => void) => (thrown?: unknown): void => {
      try {
        signal(thrown)
      } finally {
        this.unsubscribe()
      }
    }
    this._next = next
    this._error = last(error)
    this._complete = last(complete)
  }
}
