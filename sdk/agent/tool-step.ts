import type { Observable } from 'rxjs'
import { decideApproval } from './approval.js'
import { askPerson } from './ask-person.js'
import { checkCall, isCallersTool, type CheckedCall } from './check-call.js'
import { hasBegun } from './ledger.js'
import { replay } from './replay.js'
import type { PendingCall, RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { denialOf, toolResult } from './tool-outcome.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, merge, of } from '../protocol/streams.js'

/** Runs the calls of the last answer side by side; what needs a person becomes an interrupt. */
export function toolStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const calls = state.calls
    state.calls = []
    return concat(merge(...calls.map(call => startCall(state, call))), defer(() => endOfTools(state)))
  })
}

/** After the tools: to the person, to the caller whose own tools were called, or to the next model call. */
export function endOfTools(state: RunState): Observable<AgentEvent> {
  state.phase = state.interrupts.length ? 'interrupt' : state.pendingToolCallIds.length ? 'finish' : 'model'
  return state.stepName ? of<AgentEvent>({ type: 'STEP_FINISHED', stepName: state.stepName }) : of()
}

function startCall(state: RunState, call: PendingCall): Observable<AgentEvent> {
  if (isCallersTool(state, call)) {
    state.pendingToolCallIds.push(call.toolCallId)
    return of()
  }
  const checked = checkCall(state, call)
  if ('error' in checked) return of<AgentEvent>(toolResult(state, call, checked))
  return decideAndRun(state, checked)
}

/** Asks the ledger, then the policy, about a call; then runs it, refuses it, or leaves it for a person. */
function decideAndRun(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  const known = state.context.ledger.get(call.toolCallId)
  // An answer that is read a second time brings calls that may have been run for the first.
  if (hasBegun(known) && known.fingerprint === call.fingerprint) return replay(state, call, known)
  const decision = decideApproval(call.tool, call.args, state.settings.approval)
  state.context.trace('tool-decision', { toolName: call.toolName, decision: typeof decision === 'string' ? decision : 'deny' })
  if (typeof decision === 'object') return of<AgentEvent>(toolResult(state, call, denialOf(decision.deny)))
  return decision === 'ask' || !call.tool.execute ? askPerson(state, call) : runTool(state, call)
}
