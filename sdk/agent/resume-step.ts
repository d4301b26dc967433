import type { Observable } from 'rxjs'
import { decideApproval, keepAlways } from './approval.js'
import { answerTo, askPerson } from './ask-person.js'
import { checkCall, isRunnable, type CheckedCall } from './check-call.js'
import { saveCheckpoint } from './checkpoint.js'
import { hasBegun, noteInLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { begunCall, isAnswered, waitingRun } from './run-of-call.js'
import { denial, endCall, outcomeOf, unknownOutcome, type Failure, type ToolOutcome } from './tool-outcome.js'
import { handleCalls, replay } from './tool-step.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { concat, defer, of } from '../protocol/streams.js'

/** Takes the answers to a run's interrupts: runs what was approved, refuses the rest, asks again where it must. */
export function resumeStep(state: RunState): Observable<AgentEvent> {
  const calls = state.calls.map(call => begunCall(state, call))
  const hasRuns = calls.some((call, index) => call !== state.calls[index])
  state.calls = calls
  const goesOn = handleCalls(state, (_, call) => {
    const handled = resumeCall(state, call)
    const told = keepAlways(state, call, answerTo(state, call.id))
    return told.length ? concat(of(...told), handled) : handled
  })
  // A run inside may take long: killed meanwhile, it is gone on with by itself. A tool alone is asked about again.
  if (hasRuns) saveCheckpoint(state)
  return goesOn
}

/** All calls are judged before the first of them begins: a resume that lacks an answer does nothing at all. */
function resumeCall(state: RunState, checked: CheckedCall): Observable<AgentEvent> {
  const { id, tool } = checked
  const waiting = waitingRun(state, id)
  const answer = answerTo(state, id)
  const known = state.context.ledger.get(id)
  const begun = hasBegun(known)
  if (begun && known.result !== undefined) return replay(state, checked)
  if (waiting ? !isAnswered(state, waiting) : !answer) throw new SampanError('agent/resume-incomplete', 'A resume answers all open interrupts; missing: ' + tool.name + ' (' + id + ')')
  if (!answer) return replay(state, checked)
  const { question, status, payload } = answer
  const isResolved = status === 'resolved'
  const end = (outcome: ToolOutcome): Observable<AgentEvent> => endCall(state, id, outcome)
  const proposed = known?.fingerprint
  const refusal = isResolved ? 'the person said no.' : 'the person went on without answering.'
  if (!isRunnable(tool)) return isResolved ? answerWith(state, checked, payload) : end(denial(refusal))
  const { approved, reason, editedArgs } = Object(isResolved && payload) as { approved?: unknown; reason?: unknown; editedArgs?: unknown }
  const isAgain = question === 'again'
  if (approved !== true) return end(begun || isAgain ? unknownOutcome() : denial(String(reason || refusal)))
  const wanted = editedArgs === undefined ? checked : editedCall(state, checked, editedArgs)
  if ('error' in wanted) return end(wanted)
  // What was approved must be what was proposed: an approval without a matching entry is asked for again.
  if (!begun) return proposed === checked.fingerprint ? runTool(state, wanted) : askPerson(state, checked)
  // It may have had its effect: only the very same may run once more, and only where its tool allows that.
  if (proposed !== wanted.fingerprint) return end(unknownOutcome())
  return isAgain && tool.replay !== 'never' ? runTool(state, wanted) : replay(state, wanted)
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
