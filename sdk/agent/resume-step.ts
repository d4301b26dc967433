import type { Observable } from 'rxjs'
import { decideApproval } from './approval.js'
import { answerTo, askPerson } from './ask-person.js'
import { checkCall, isRunnable, type CheckedCall } from './check-call.js'
import { hasBegun, noteInLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { denial, endCall, outcomeOf, unknownOutcome, type Failure, type ToolOutcome } from './tool-outcome.js'
import { decideAndRun, handleCalls, replay } from './tool-step.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { keep } from '../protocol/kept-runs.js'
import { defer, of, sequence } from '../protocol/streams.js'

/** Takes the answers to a run's interrupts: runs what was approved, refuses the rest, asks again where it must. */
export function resumeStep(state: RunState): Observable<AgentEvent> {
  const { agentState } = state
  const parts = [handleCalls(state, resumeCall)]
  // What is answered for good is told before a tool runs, so that it is kept whatever the tool does.
  if (state.agentState !== agentState) parts.unshift(of<AgentEvent>({ type: 'STATE_SNAPSHOT', snapshot: state.agentState }))
  return sequence(() => parts.shift())
}

/** All calls are judged before the first of them begins: a resume that lacks an answer does nothing at all. */
function resumeCall(state: RunState, checked: CheckedCall): Observable<AgentEvent> {
  const { id, tool, fingerprint } = checked
  const answer = answerTo(state, id)
  const known = state.context.ledger.get(id)
  const begun = hasBegun(known)
  if (begun && known.result !== undefined) return replay(state, checked)
  const goesOn = tool.inLoop && tool.inLoop.goesOn(state, checked)
  if (!(goesOn === undefined ? answer : goesOn)) throw new SampanError('agent/resume-incomplete', 'A resume answers all open interrupts; missing: ' + tool.name + ' (' + id + ')')
  if (!answer) return begun ? replay(state, checked) : decideAndRun(state, goesOn as CheckedCall)
  const { interruptId, status, payload } = answer
  const isResolved = status === 'resolved'
  const end = (outcome: ToolOutcome): Observable<AgentEvent> => endCall(state, id, outcome)
  const proposed = known && known.fingerprint
  const refusal = isResolved ? 'the person said no.' : 'the person went on without answering.'
  if (!isRunnable(tool)) return isResolved ? answerWith(state, checked, payload) : end(denial(refusal))
  const { approved, reason, editedArgs, always } = Object(isResolved && payload) as { [field: string]: unknown }
  const deny = String(reason || refusal)
  const isAgain = interruptId === 'again-' + id
  // For the rest of the thread: it is stored with the state, and comes back with each run. It must be about this very call.
  if (always === true && !isAgain && proposed === fingerprint) state.agentState = keep(state.agentState, 'approvals', tool.name, approved === true ? 'allow' : { deny })
  if (approved !== true) return end(begun || isAgain ? unknownOutcome() : denial(deny))
  const wanted = editedArgs === undefined ? checked : editedCall(state, checked, editedArgs)
  if ('error' in wanted) return end(wanted)
  // What was approved must be what was proposed: an approval without a matching entry is asked for again, where the policy
  // lets it be asked for at all. Nobody says that it ever was.
  if (!begun) {
    if (proposed === fingerprint) return runTool(state, wanted)
    const decision = decideApproval(state, checked)
    return typeof decision === 'object' ? end(decision) : askPerson(state, checked)
  }
  // It may have had its effect: only the very same may run once more, and only where its tool allows that.
  return isAgain && proposed === wanted.fingerprint && tool.replay !== 'never' ? runTool(state, wanted) : replay(state, wanted)
}

/** A result from a person is checked like one from a tool. */
function answerWith(state: RunState, call: CheckedCall, payload: unknown): Observable<AgentEvent> {
  return defer(() => {
    const outcome = outcomeOf(call.tool, payload, state.settings.maxResultChars)
    noteInLedger(state, call, 'done', outcome)
    return endCall(state, call.id, outcome)
  })
}

/** Arguments the person changed are checked like any others, by schema and by policy; only asking again is left out. */
function editedCall(state: RunState, { id, tool: { name } }: CheckedCall, editedArgs: unknown): CheckedCall | Failure {
  const edited = checkCall(state, { id, function: { name, arguments: JSON.stringify(editedArgs) } })
  if ('error' in edited) return edited
  const decision = decideApproval(state, edited)
  return typeof decision === 'object' ? decision : edited
}
