import type { Observable } from 'rxjs'
import { hasBegun } from './ledger.js'
import type { RunState } from './run-state.js'
import type { AnyTool, RunContext } from '../contracts.js'
import { errorMessage, type ErrorCode } from '../errors.js'
import type { AgentEvent, ToolCallResultEvent } from '../protocol/events.js'
import type { ToolMessage } from '../protocol/messages.js'
import { of } from '../protocol/streams.js'

/** How a tool call ended: what the model is told, and the code where it went wrong. */
export interface ToolOutcome { readonly content: string; readonly error?: ErrorCode }
/** The outcome of a call that went wrong. */
export type Failure = Required<ToolOutcome>

export function failure(error: ErrorCode, text: string, maxChars?: number): Failure {
  // Half of a surrogate pair at the cut would be no text to a server.
  return { error, content: ('Error: ' + text).slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, '') }
}

/** The outcome of a call that somebody said no to. */
export function denial(reason: string): Failure {
  return { error: 'agent/tool-denied', content: 'Denied: ' + reason }
}

/** The outcome of a call that may have had its effect, and is not made again. */
export function unknownOutcome(): Failure {
  return failure('agent/tool-outcome-unknown', 'whether it took effect is unknown; it was not started again.')
}

/** The outcome of a value that a tool returned, or that a person gave in its place. */
export function outcomeOf(tool: AnyTool, result: unknown, maxChars: number): ToolOutcome {
  const invalid = (text: string): Failure => failure('agent/tool-result-invalid', text, maxChars)
  let content: string
  try {
    const checked = tool.validateResult ? tool.validateResult(result) : { ok: true as const, value: result }
    if (!checked.ok) return invalid('the result does not fit: ' + checked.issues)
    const { value } = checked
    content = typeof value === 'string' ? value : JSON.stringify(value) || 'null'
  } catch (thrown) {
    return invalid('the result is no JSON: ' + errorMessage(thrown))
  }
  if (content.length <= maxChars) return { content }
  return failure('agent/tool-result-too-large', 'the tool returned ' + content.length + ' characters; at most ' + maxChars + ' fit.')
}

/** What the ledger knows of a call that is not made any more: the app may have died after the effect. */
export function knownOutcome({ ledger }: RunContext, toolCallId: string): ToolOutcome {
  const entry = ledger.get(toolCallId)
  if (!hasBegun(entry)) return failure('agent/tool-arguments-cut', 'this tool was not executed.')
  const { result, isError } = entry
  return result === undefined ? unknownOutcome() : { content: result, error: isError ? 'agent/tool-failed' : undefined }
}

/** The end of a tool call as an event. */
export function resultEvent(context: RunContext, toolCallId: string, { content, error }: ToolOutcome): ToolCallResultEvent {
  return { type: 'TOOL_CALL_RESULT', messageId: context.ids('result'), toolCallId, content, role: 'tool', metadata: error && { sampan: { error } } }
}

/** The end of a tool call as the next model call sees it. */
export function resultMessage(id: string, toolCallId: string, { content, error }: ToolOutcome): ToolMessage {
  return { id, role: 'tool', toolCallId, content, error: error && content }
}

/** Ends a tool call: as an event, and in the run's history. */
export function endCall({ context, messages }: RunState, toolCallId: string, outcome: ToolOutcome): Observable<AgentEvent> {
  const event = resultEvent(context, toolCallId, outcome)
  messages.push(resultMessage(event.messageId, toolCallId, outcome))
  return of<AgentEvent>(event)
}
