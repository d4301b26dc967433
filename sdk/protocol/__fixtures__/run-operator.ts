import { from, type Observable } from 'rxjs'
import type { AgentEvent } from '../events.js'

/** What comes out of an operator before it ends, and how it ended. */
export interface Outcome { events: AgentEvent[]; error?: unknown; completed: boolean }

/** Runs events, which must all be there at once, through an operator: ours, or one made for another copy of rxjs. */
export function runOperator(operator: (source: Observable<any>) => Observable<any>, events: readonly AgentEvent[]): Outcome {
  const outcome: Outcome = { events: [], completed: false }
  const subscription = operator(from(events)).subscribe({
    next: event => void outcome.events.push(event),
    error: error => void (outcome.error = error),
    complete: () => void (outcome.completed = true),
  })
  subscription.unsubscribe()
  return outcome
}
