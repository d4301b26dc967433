import type { Observable } from 'rxjs'
import { decideApproval } from './approval.js'
import { answerTo, askPerson, type Question } from './ask-person.js'
import { checkCall, isCallersTool, type CheckedCall } from './check-call.js'
import { hasBegun, noteInLedger } from './ledger.js'
import { replay } from './replay.js'
import type { PendingCall, RunState } from './run-state.js'
import { runTool } from './run-tool.js'
import { denialOf, outcomeOf, toolResult, unknownOutcome, type ToolOutcome } from './tool-outcome.js'
import { endOfTools } from './tool-step.js'
import { settleUnanswered, unansweredCalls } from './unanswered.js'
import type { LedgerEntry } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { ResumeEntry } from '../protocol/messages.js'
import { concat, defer, merge, of } from '../protocol/streams.js'

/** Takes the answers to a run's interrupts: runs what was approved, refuses the rest, asks again where it must. */
export function resumeStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const entries = state.input.resume ?? []
    const open = unansweredCalls(state.messages)
    const asked = open.filter(call => !isCallersTool(state, call))
    const missing = asked.filter(call => !answerTo(entries, call.toolCallId))
    if (missing.length) {
      const names = missing.map(call => call.toolName + ' (' + call.toolCallId + ')').join(', ')
      throw new SampanError('agent/resume-incomplete', 'A resume answers all open interrupts; these are missing: ' + names + '.')
    }
    settleUnanswered(state, open)
    // What the caller runs itself was not asked about: it stays with the caller.
    state.pendingToolCallIds.push(...open.filter(call => !asked.includes(call)).map(call => call.toolCallId))
    const runs = asked.map(call => {
      const { entry, question } = answerTo(entries, call.toolCallId)!
      return resumeCall(state, call, entry, question)
    })
    return concat(merge(...runs), defer(() => endOfTools(state)))
  })
}

interface Approval { approved?: unknown; reason?: unknown; editedArgs?: unknown }

function resumeCall(state: RunState, call: PendingCall, entry: ResumeEntry, question: Question): Observable<AgentEvent> {
  const checked = checkCall(state, call)
  if ('error' in checked) return result(state, call, checked)
  const known = state.context.ledger.get(call.toolCallId)
  const begun = hasBegun(known) ? known : undefined
  if (begun?.result !== undefined) return replay(state, checked, begun)
  const payload = entry.status === 'resolved' ? entry.payload : undefined
  if (!checked.tool.execute) return answerWith(state, checked, entry, payload)
  const { approved, reason, editedArgs } = (payload ?? {}) as Approval
  if (approved !== true) {
    if (begun || question === 'again') return result(state, call, unknownOutcome)
    return result(state, call, denialOf(reason ? String(reason) : entry.status === 'resolved' ? 'the person said no.' : WENT_ON))
  }
  const wanted = editedArgs === undefined ? checked : editedCall(state, checked, editedArgs)
  if ('error' in wanted) return result(state, call, wanted)
  if (begun) return goOn(state, wanted, begun, question)
  // What was approved must be what was proposed: an approval without a matching entry is asked for again.
  return known && known.fingerprint === checked.fingerprint ? runTool(state, wanted) : askPerson(state, checked)
}

/** A call that may have had its effect: only the very same may run once more, and only where its tool allows that. */
function goOn(state: RunState, call: CheckedCall, known: LedgerEntry, question: Question): Observable<AgentEvent> {
  if (known.fingerprint !== call.fingerprint) return result(state, call, unknownOutcome)
  return question === 'again' && call.tool.replay !== 'never' ? runTool(state, call) : replay(state, call, known)
}

const WENT_ON = 'the person went on without answering.'

function result(state: RunState, call: PendingCall, outcome: ToolOutcome): Observable<AgentEvent> {
  return of<AgentEvent>(toolResult(state, call, outcome))
}

/** A result from a person is checked like one from a tool. */
function answerWith(state: RunState, call: CheckedCall, entry: ResumeEntry, payload: unknown): Observable<AgentEvent> {
  if (entry.status !== 'resolved') return result(state, call, denialOf(WENT_ON))
  const outcome = outcomeOf(call.tool, payload, state.settings.maxResultChars)
  noteInLedger(state, call, 'done', outcome.content)
  return result(state, call, outcome)
}

/** Arguments the person changed are checked like any others, by schema and by policy; only asking again is left out. */
function editedCall(state: RunState, call: CheckedCall, editedArgs: unknown): CheckedCall | Required<ToolOutcome> {
  const edited = checkCall(state, { ...call, argsText: JSON.stringify(editedArgs) })
  if ('error' in edited) return edited
  const decision = decideApproval(edited.tool, edited.args, state.settings.approval)
  return typeof decision === 'object' ? denialOf(decision.deny) : edited
}
