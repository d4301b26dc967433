import { enforceEvents, transformChunks, verifyEvents } from '@ag-ui/client'
import { from, type Observable } from 'rxjs'
import { isTerminal, type AgentEvent } from '../protocol/events.js'

type Operator = (source: Observable<any>) => Observable<any>

/** What the reference client of AG-UI does to events that arrive, up to where it judges their order. */
const pipeline: readonly Operator[] = [enforceEvents() as unknown as Operator, transformChunks() as unknown as Operator, verifyEvents() as unknown as Operator]

/**
 * Checks the log of a run as the official client would: first each field, then the order of the events. Besides, what
 * that client does not ask for and Sampan promises: the log ends with a terminal event, and has no other.
 *
 * @throws Error with the client's words and the types of the events.
 */
export function expectOfficiallyValid(events: readonly AgentEvent[]): void {
  // As it would come off a wire: fields that are undefined are not there.
  const wire = JSON.parse(JSON.stringify(events)) as AgentEvent[]
  let failure: unknown
  pipeline
    .reduce<Observable<any>>((source, operator) => operator(source), from(wire))
    .subscribe({ error: error => void (failure = error) })
    .unsubscribe()
  if (failure !== undefined) throw new Error(`The official client refuses this log: ${String((failure as Error).message ?? failure)}${listOf(events)}`)
  const ends = events.filter(isTerminal)
  const last = events[events.length - 1]
  if (ends.length !== 1 || !last || !isTerminal(last)) throw new Error(`A run ends with exactly one terminal event, this one has ${ends.length}${listOf(events)}`)
}

function listOf(events: readonly AgentEvent[]): string {
  return '\n' + events.map(event => '  ' + JSON.stringify(event).slice(0, 160)).join('\n')
}
