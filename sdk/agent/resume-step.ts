import type { Observable } from 'rxjs'
import { decideApproval, fingerprintOf } from './approval.js'
import type { PendingCall, RunState } from './run-state.js'
import { runTool, toolResult, type CheckedCall } from './tool-call.js'
import { askPerson, checkCall, endOfTools } from './tool-step.js'
import type { LedgerEntry } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message, ResumeEntry } from '../protocol/messages.js'
import { concat, defer, merge, of } from '../protocol/streams.js'

/** Tool calls of the last answer that have no result yet. */
export function unansweredCalls(messages: readonly Message[]): PendingCall[] {
  const answered = new Set<string>()
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!
    if (message.role === 'tool') answered.add(message.toolCallId)
    else if (message.role === 'assistant' && message.toolCalls) {
      return message.toolCalls
        .filter(call => !answered.has(call.id))
        .map(call => ({ toolCallId: call.id, toolName: call.function.name, argsText: call.function.arguments }))
    } else if (message.role === 'user') return []
  }
  return []
}

/** Takes the answers to a run's interrupts: runs what was approved, refuses the rest, asks again where it must. */
export function resumeStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const entries = state.input.resume ?? []
    const open = unansweredCalls(state.messages)
    const unaddressed = open.filter(call => !entryOf(entries, call))
    if (unaddressed.length) {
      const names = unaddressed.map(call => call.toolName + ' (' + call.toolCallId + ')').join(', ')
      const message = 'A resume answers all open interrupts; these are missing: ' + names + '.'
      throw new SampanError('agent/resume-incomplete', message)
    }
    return concat(merge(...open.map(call => resumeCall(state, call, entryOf(entries, call)!))), defer(() => endOfTools(state)))
  })
}

function entryOf(entries: readonly ResumeEntry[], call: PendingCall): ResumeEntry | undefined {
  return entries.find(entry => entry.interruptId === 'approve-' + call.toolCallId || entry.interruptId === 'answer-' + call.toolCallId)
}

function resumeCall(state: RunState, call: PendingCall, entry: ResumeEntry): Observable<AgentEvent> {
  const checked = checkCall(state, call)
  if ('error' in checked) return of(toolResult(state, call, checked.content, checked.error))
  const known = state.context.ledger.get(call.toolCallId)
  if (known && known.state !== 'proposed' && known.state !== 'armed') return replay(state, checked, known)
  if (entry.status === 'cancelled') return deny(state, call, 'the person went on without answering.')
  if (!checked.tool.execute) return of(answerOf(state, call, entry.payload))
  const { approved, reason, editedArgs } = (entry.payload ?? {}) as { approved?: boolean; reason?: string; editedArgs?: unknown }
  if (approved !== true) return deny(state, call, reason || 'the person said no.')
  // What was approved must be what would run: an approval without a matching proposal is asked for again.
  if (!known || known.fingerprint !== fingerprintOf(call.toolName, checked.args)) return askPerson(state, checked)
  if (editedArgs === undefined) return runTool(state, checked)
  return runEdited(state, checked, editedArgs)
}

function deny(state: RunState, call: PendingCall, reason: string): Observable<AgentEvent> {
  return of(toolResult(state, call, 'Denied: ' + reason, 'agent/tool-denied'))
}

function answerOf(state: RunState, call: PendingCall, payload: unknown): AgentEvent {
  return toolResult(state, call, typeof payload === 'string' ? payload : JSON.stringify(payload ?? null))
}

/** Arguments the person changed are checked like any others, by schema and by policy; only asking again is left out. */
function runEdited(state: RunState, call: CheckedCall, editedArgs: unknown): Observable<AgentEvent> {
  const edited = checkCall(state, { ...call, argsText: JSON.stringify(editedArgs) })
  if ('error' in edited) return of(toolResult(state, call, edited.content, edited.error))
  const decision = decideApproval(edited.tool, edited.args, state.settings.approval)
  if (typeof decision === 'object') return deny(state, call, decision.deny)
  return runTool(state, edited)
}

/** A call that was already begun before: its ledger entry and its policy say what happens, never the approval alone. */
function replay(state: RunState, call: CheckedCall, known: LedgerEntry): Observable<AgentEvent> {
  if (known.result !== undefined) return of(toolResult(state, call, known.result))
  if (call.tool.replay === 'idempotent') return runTool(state, call)
  if (call.tool.replay === 'ask' && known.state === 'approved') return askPerson(state, call)
  const content = 'Error: this tool was already started once; whether it took effect is unknown. It was not started again.'
  return of(toolResult(state, call, content, 'agent/tool-outcome-unknown'))
}

/** Gives calls that nobody answered a result, so that no model refuses the history for their sake. */
export function settleUnanswered(state: RunState): void {
  const open = unansweredIn(state.messages)
  if (!open.size) return
  state.messages = state.messages.reduce<Message[]>((list, message) => {
    list.push(message)
    if (message.role === 'assistant') message.toolCalls?.forEach(call => open.has(call.id) && list.push(notExecuted(call.id)))
    return list
  }, [])
}

function unansweredIn(messages: readonly Message[]): Set<string> {
  const open = new Set<string>()
  for (const message of messages) {
    if (message.role === 'assistant') message.toolCalls?.forEach(call => open.add(call.id))
    else if (message.role === 'tool') open.delete(message.toolCallId)
  }
  return open
}

function notExecuted(toolCallId: string): Message {
  const content = 'Error: this tool was not executed.'
  return { id: 'result-' + toolCallId, role: 'tool', toolCallId, content, error: content }
}

