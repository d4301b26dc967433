import type { Observable } from 'rxjs'
import { askPerson } from './ask-person.js'
import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { toolResult, unknownOutcome } from './tool-outcome.js'
import type { LedgerEntry } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { of } from '../protocol/streams.js'

/** A call that was begun before: its ledger entry and its tool's policy say what happens, never an approval alone. */
export function replay(state: RunState, call: CheckedCall, known: LedgerEntry): Observable<AgentEvent> {
  if (known.result !== undefined) return of<AgentEvent>(toolResult(state, call, { content: known.result }))
  if (call.tool.replay === 'idempotent') return runTool(state, call)
  if (call.tool.replay === 'ask') return askPerson(state, call, 'again')
  return of<AgentEvent>(toolResult(state, call, unknownOutcome))
}
