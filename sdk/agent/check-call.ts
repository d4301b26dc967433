import { fingerprintOf } from './approval.js'
import { keyOf } from './ledger.js'
import { toolNamed, type LoopTool, type RunState } from './run-state.js'
import { failure, type Failure } from './tool-outcome.js'
import { parseJson } from '../protocol/json.js'
import type { ToolCall } from '../protocol/messages.js'

/** A call whose arguments fit its tool. */
export interface CheckedCall {
  readonly id: string
  readonly tool: LoopTool
  /** As the schema makes them: what `execute` is given. */
  readonly args: unknown
  /** Of tool and arguments as the model wrote them. */
  readonly fingerprint: string
  /** The arguments as they were written. */
  readonly argsText: string
  /** What the call is known under outside the conversation: to its tool's server, and as a run of its own. */
  readonly key: string
}

/** Parses and validates a call's arguments against its tool, or says why it cannot run. */
export function checkCall(state: RunState, { id, function: { name, arguments: given } }: Pick<ToolCall, 'id' | 'function'>): CheckedCall | Failure {
  const tool = toolNamed(state, name)
  if (!tool) return failure('agent/tool-unknown', 'there is no tool "' + name + '". Tools: ' + (state.settings.tools.map(each => each.name).join(', ') || 'none') + '.')
  const argsText = (tool.inLoop && tool.inLoop.argsOf(state, id)) || given
  const text = argsText.trim()
  const { reason } = state.finish
  const isLimited = reason === 'length'
  // Without arguments a complete call looks like one that was cut before its first brace.
  const parsed = text || isLimited ? parseJson(text) : {}
  if (reason === 'content-filter' || (parsed === undefined && isLimited)) {
    return failure('agent/tool-arguments-cut', 'this call was cut off and not executed.')
  }
  if (Object(parsed) !== parsed || Array.isArray(parsed)) return unfit('are no JSON object.')
  const checked = tool.validate(parsed)
  const fingerprint = fingerprintOf(name, parsed)
  return checked.ok ? { id, tool, args: checked.value, fingerprint, argsText, key: keyOf(state, id, fingerprint) } : unfit('do not fit: ' + checked.issues)
}

function unfit(text: string): Failure {
  return failure('agent/tool-arguments-invalid', 'the arguments ' + text)
}

/** Whether a call of this tool does something here; else a person or another program gives its result. */
export function isRunnable({ execute, inLoop }: LoopTool): boolean {
  return !!(execute || inLoop)
}

/** A tool that the input brought along: whoever started the run executes it and posts the result. */
export function isCallersTool(state: RunState, { function: { name } }: ToolCall): boolean {
  return !toolNamed(state, name) && state.callersTools.some(tool => tool.name === name)
}
