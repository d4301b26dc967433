import { Observable } from 'rxjs'
import { whenDone } from './ledger.js'
import type { AgentEvent } from '../protocol/events.js'
import { defer } from '../protocol/streams.js'

/** What comes of work that may take its time: at once where it does not. Who has left meanwhile hears nothing of it. */
export function follow<T>(work: () => T | PromiseLike<T>, go: (value: T) => Observable<AgentEvent>): Observable<AgentEvent> {
  return new Observable(subscriber => whenDone(work, value => void (subscriber.closed || defer(() => go(value)).subscribe(subscriber)), thrown => subscriber.error(thrown)))
}
