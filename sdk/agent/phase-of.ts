import type { Observable } from 'rxjs'
import { follow } from './follow.js'
import type { AgentEvent } from '../protocol/events.js'
import { of } from '../protocol/streams.js'

/** A phase that waits for work and says nothing itself. What the work or `done` throws ends the run. */
export function phaseOf<T>(work: () => T | PromiseLike<T>, done?: (value: T) => void): Observable<AgentEvent> {
  return follow(work, value => {
    if (done) done(value)
    return of()
  })
}
