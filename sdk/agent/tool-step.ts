import type { Observable } from 'rxjs'
import { decideApproval, fingerprintOf } from './approval.js'
import type { PendingCall, RunState } from './run-state.js'
import { runTool, toolResult, writeLedger, type CheckedCall } from './tool-call.js'
import type { ErrorCode } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt } from '../protocol/messages.js'
import { parseJson } from '../protocol/json.js'
import { concat, defer, merge, of, settled } from '../protocol/streams.js'

/** Why a call cannot run: told to the model as the call's result. */
export interface Refusal { readonly error: ErrorCode; readonly content: string }

/** Runs the calls of the last answer side by side; what needs a person becomes an interrupt. */
export function toolStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const calls = state.calls
    state.calls = []
    return concat(merge(...calls.map(call => startCall(state, call))), defer(() => endOfTools(state)))
  })
}

/** After the tools: to the next model call, to the person, or to the caller whose own tools were called. */
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
  if ('error' in checked) return of(toolResult(state, call, checked.content, checked.error))
  return decideAndRun(state, checked)
}

/** A tool that the input brought along: whoever started the run executes it and posts the result. */
function isCallersTool(state: RunState, call: PendingCall): boolean {
  return !state.settings.tools.has(call.toolName) && state.input.tools.some(tool => tool.name === call.toolName)
}

/** Asks the policy about a call with valid arguments, then runs it, refuses it, or leaves it for a person. */
export function decideAndRun(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  const decision = decideApproval(call.tool, call.args, state.settings.approval)
  state.context.trace('tool-decision', { toolName: call.toolName, decision: typeof decision === 'string' ? decision : 'deny' })
  if (typeof decision === 'object') return of(toolResult(state, call, 'Denied: ' + decision.deny, 'agent/tool-denied'))
  if (decision === 'ask' || !call.tool.execute) return askPerson(state, call)
  return runTool(state, call)
}

/** Puts a question to the person: may it run, or, for a tool without `execute`, what is its result. */
export function askPerson(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  return defer(() => {
    state.interrupts.push(toInterrupt(call))
    // A gesture-bound call is armed now: between the tap and the host call nothing may be waited for.
    const written = writeLedger(state, call, call.tool.requiresGesture ? 'armed' : 'proposed')
    return written ? settled(written) : of()
  })
}

function toInterrupt(call: CheckedCall): Interrupt {
  const { tool, toolCallId, toolName, args } = call
  const fingerprint = fingerprintOf(toolName, args)
  const metadata = { sampan: { toolName, args, fingerprint, requiresGesture: tool.requiresGesture } }
  if (!tool.execute) return { id: 'answer-' + toolCallId, reason: 'input_required', toolCallId, message: tool.description, metadata }
  const responseSchema = {
    type: 'object',
    properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, editedArgs: tool.parameters },
    required: ['approved'],
  }
  return { id: 'approve-' + toolCallId, reason: 'tool_call', toolCallId, message: tool.description, responseSchema, metadata }
}

/** Parses and validates a call's arguments against its tool. */
export function checkCall(state: RunState, call: PendingCall): CheckedCall | Refusal {
  const tool = state.settings.tools.get(call.toolName)
  if (!tool) {
    const known = Array.from(state.settings.tools.keys()).join(', ')
    return { error: 'agent/tool-unknown', content: 'Error: there is no tool "' + call.toolName + '". Tools: ' + known + '.' }
  }
  const parsed = parseJson(call.argsText.trim() || '{}')
  if (parsed === undefined) {
    const error = state.finishReason === 'length' ? 'agent/tool-arguments-cut' : 'agent/tool-arguments-invalid'
    return { error, content: 'Error: the arguments are no valid JSON; the tool was not executed.' }
  }
  const validation = tool.validate(parsed)
  if (!validation.ok) return { error: 'agent/tool-arguments-invalid', content: 'Error: the arguments do not fit: ' + validation.issues }
  return { ...call, tool, args: validation.value }
}
