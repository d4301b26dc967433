import { Observable } from 'rxjs'
import { whenDone } from './ledger.js'
import type { AgentEvent } from '../protocol/events.js'

/** A phase that waits for work and says nothing itself. What the work or `done` throws ends the run. */
export function phaseOf<T>(work: () => T | PromiseLike<T>, done?: (value: T) => void): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const fail = (thrown: unknown): void => subscriber.error(thrown)
    whenDone(
      work,
      value => {
        try {
          if (done) done(value)
        } catch (thrown) {
          return fail(thrown)
        }
        subscriber.complete()
      },
      fail,
    )
  })
}
