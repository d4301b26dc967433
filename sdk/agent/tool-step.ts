import type { Observable } from 'rxjs'
import { decideApproval } from './approval.js'
import { askPerson } from './ask-person.js'
import { checkCall, isCallersTool, isRunnable, type CheckedCall } from './check-call.js'
import { hasBegun } from './ledger.js'
import { stepName, type RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { endCall, knownOutcome } from './tool-outcome.js'
import type { AgentEvent } from '../protocol/events.js'
import { mergeAll, of } from '../protocol/streams.js'

/** Takes one call that can be made; whether it is, is decided there. */
type Handle = (state: RunState, call: CheckedCall) => Observable<AgentEvent>

/** Runs the calls of the last answer side by side; what needs a person becomes an interrupt. */
export function toolStep(state: RunState): Observable<AgentEvent> {
  return handleCalls(state, decideAndRun)
}

/** Leaves the caller's tools to the caller, answers calls that cannot be made, and hands the others on, side by side. */
export function handleCalls(state: RunState, handle: Handle): Observable<AgentEvent> {
  state.phase = 'afterStep'
  const observables: Observable<AgentEvent>[] = []
  for (const call of state.calls) {
    const { id } = call
    if (isCallersTool(state, call)) {
      state.pendingToolCallIds.push(id)
      continue
    }
    const checked = checkCall(state, call)
    if ('error' in checked) observables.push(endCall(state, id, checked))
    // What needs the tap does not wait for its turn: after the tap it is too late.
    else observables[checked.tool.requiresGesture ? 'unshift' : 'push'](handle(state, checked))
  }
  return mergeAll(observables, state.settings.maxParallelTools)
}

/** The end of a step: to the person, to the caller whose own tools were called, to the next model call, or to the end. */
export function afterStep(state: RunState): Observable<AgentEvent> {
  const { step, calls, interrupts, pendingToolCallIds } = state
  const isOver = pendingToolCallIds.length || (step && !calls.length) || state.settings.stopWhen.some(stops => stops(state))
  state.phase = interrupts.length ? 'interrupt' : isOver ? 'finish' : 'model'
  return step ? of<AgentEvent>({ type: 'STEP_FINISHED', stepName: stepName(state) }) : of()
}

/** Asks the ledger, then the policy, about a call; then runs it, refuses it, or leaves it for a person. */
export function decideAndRun(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  const { id, tool, fingerprint } = call
  const known = state.context.ledger.get(id)
  // An answer that is read a second time brings calls that may have been run for the first.
  if (hasBegun(known) && known.fingerprint === fingerprint) return replay(state, call)
  const decision = decideApproval(state, call)
  if (typeof decision === 'object') return endCall(state, id, decision)
  return decision === 'ask' || !isRunnable(tool) ? askPerson(state, call) : runTool(state, call)
}

/**
 * A call that was begun before: the ledger and its tool's policy say what happens, never an approval alone. One that is a
 * run of its own knows itself how far it came. With other arguments than it was begun with nothing goes on: what comes back
 * with a resume is in the hands of whoever asks for the run.
 */
export function replay(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  const { id, tool: { replay: policy, inLoop }, fingerprint } = call
  const { context } = state
  const outcome = knownOutcome(context, id)
  if (outcome.error !== 'agent/tool-outcome-unknown' || context.ledger.get(id)!.fingerprint !== fingerprint || (policy === 'never' && !inLoop)) return endCall(state, id, outcome)
  return inLoop || policy === 'idempotent' ? runTool(state, call) : askPerson(state, call, 'again')
}
