import type { PendingCall, RunState } from './run-state.js'
import type { AnyTool } from '../contracts.js'
import { errorMessage, type ErrorCode } from '../errors.js'
import type { ToolCallResultEvent } from '../protocol/events.js'

/** How a tool call ended: what the model is told, and the code where it went wrong. */
export interface ToolOutcome { readonly content: string; readonly error?: ErrorCode }

/** Nobody knows whether the effect happened, and it is not started again. */
export const unknownOutcome: Required<ToolOutcome> = {
  error: 'agent/tool-outcome-unknown',
  content: 'Error: this tool was already started once; whether it took effect is unknown. It was not started again.',
}

/** The outcome of a value that a tool returned, or that a person gave in its place. */
export function outcomeOf(tool: AnyTool, result: unknown, maxChars: number): ToolOutcome {
  let content: string
  try {
    const checked = tool.validateResult?.(result)
    if (checked && !checked.ok) return invalid('the tool returned something that does not fit its schema: ' + checked.issues, maxChars)
    const value = checked ? checked.value : result
    content = typeof value === 'string' ? value : JSON.stringify(value) ?? 'null'
  } catch (thrown) {
    return invalid('the result is no JSON: ' + errorMessage(thrown), maxChars)
  }
  if (content.length <= maxChars) return { content }
  const text = 'Error: the tool returned ' + content.length + ' characters; at most ' + maxChars + ' fit.'
  return { content: text, error: 'agent/tool-result-too-large' }
}

/** The outcome of a tool that threw. */
export function failureOf(thrown: unknown, maxChars: number): ToolOutcome {
  return { content: ('Error: ' + errorMessage(thrown)).slice(0, maxChars), error: 'agent/tool-failed' }
}

/** The outcome of a call that somebody said no to. */
export function denialOf(reason: string): Required<ToolOutcome> {
  return { content: 'Denied: ' + reason, error: 'agent/tool-denied' }
}

function invalid(text: string, maxChars: number): ToolOutcome {
  return { content: ('Error: ' + text).slice(0, maxChars), error: 'agent/tool-result-invalid' }
}

/** The end of a tool call as an event; also goes into the run's history, for the next model call. */
export function toolResult(state: RunState, { toolCallId }: PendingCall, { content, error }: ToolOutcome): ToolCallResultEvent {
  const messageId = state.context.ids('result')
  state.messages.push({ id: messageId, role: 'tool', toolCallId, content, error: error && content })
  return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool', metadata: error && { sampan: { error } } }
}
