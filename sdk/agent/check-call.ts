import { fingerprintOf } from './approval.js'
import type { PendingCall, RunState } from './run-state.js'
import type { ToolOutcome } from './tool-outcome.js'
import type { AnyTool } from '../contracts.js'
import { parseJson } from '../protocol/json.js'

/** A call whose arguments fit its tool. */
export interface CheckedCall extends PendingCall {
  readonly tool: AnyTool
  /** As the schema makes them: what `execute` is given. */
  readonly args: unknown
  /** Of tool and arguments as the model wrote them. */
  readonly fingerprint: string
}

/** Parses and validates a call's arguments against its tool, or says why it cannot run. */
export function checkCall(state: RunState, call: PendingCall): CheckedCall | Required<ToolOutcome> {
  const tool = state.settings.tools.get(call.toolName)
  if (!tool) {
    const known = Array.from(state.settings.tools.keys()).join(', ') || 'none'
    return { error: 'agent/tool-unknown', content: 'Error: there is no tool "' + call.toolName + '". Tools: ' + known + '.' }
  }
  const text = call.argsText.trim()
  const isLimited = state.finishReason === 'length'
  // Without arguments a complete call looks like one that was cut before its first brace.
  const parsed = text || isLimited ? parseJson(text) : {}
  if (state.finishReason === 'content-filter' || (parsed === undefined && isLimited)) {
    return { error: 'agent/tool-arguments-cut', content: 'Error: the answer was cut off in this call; the tool was not executed.' }
  }
  if (!parsed || typeof parsed !== 'object' || Array.isArray(parsed)) {
    return { error: 'agent/tool-arguments-invalid', content: 'Error: the arguments are no JSON object; the tool was not executed.' }
  }
  const checked = tool.validate(parsed)
  if (!checked.ok) return { error: 'agent/tool-arguments-invalid', content: 'Error: the arguments do not fit: ' + checked.issues }
  return { ...call, tool, args: checked.value, fingerprint: fingerprintOf(call.toolName, parsed) }
}

/** A tool that the input brought along: whoever started the run executes it and posts the result. */
export function isCallersTool(state: RunState, call: PendingCall): boolean {
  return !state.settings.tools.has(call.toolName) && state.input.tools.some(tool => tool.name === call.toolName)
}
