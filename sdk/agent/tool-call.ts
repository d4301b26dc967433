import { Observable } from 'rxjs'
import { createCancel } from '../context/cancel.js'
import { fingerprintOf } from './approval.js'
import type { PendingCall, RunState } from './run-state.js'
import type { AnyTool, LedgerState } from '../contracts.js'
import { errorMessage, type ErrorCode } from '../errors.js'
import type { AgentEvent, ToolCallResultEvent } from '../protocol/events.js'

/** A call whose arguments fit its tool. */
export interface CheckedCall extends PendingCall {
  readonly tool: AnyTool
  readonly args: unknown
}

/** The end of a tool call as an event; also goes into the run's history, for the next model call. */
export function toolResult(state: RunState, call: PendingCall, content: string, error?: ErrorCode): ToolCallResultEvent {
  const messageId = state.context.ids('result')
  const { toolCallId } = call
  state.messages.push({ id: messageId, role: 'tool', toolCallId, content, error: error && content })
  return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool', metadata: error && { sampan: { error } } }
}

/** Writes how far a call has come. */
export function writeLedger(state: RunState, call: CheckedCall, ledgerState: LedgerState, result?: string): void | PromiseLike<void> {
  const { toolCallId, toolName, args } = call
  return state.context.ledger.put({ toolCallId, toolName, fingerprint: fingerprintOf(toolName, args), state: ledgerState, result })
}

/**
 * Runs one tool and emits its result. The ledger is written before the effect. Where nothing has to be waited for,
 * `execute` is called synchronously, so that a gesture-bound host call still stands inside the tap.
 */
export function runTool(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const { tool, toolCallId } = call
    const cancel = createCancel(state.context.cancel)
    let isOver = false
    const end = (content: string, error?: ErrorCode): void => {
      if (isOver) return
      isOver = true
      stopTimer()
      void writeLedger(state, call, 'done', content)
      state.context.trace('tool-end', { toolName: tool.name, toolCallId, error })
      subscriber.next(toolResult(state, call, content, error))
      subscriber.complete()
    }
    const fail = (thrown: unknown): void => end('Error: ' + errorMessage(thrown), 'agent/tool-failed')
    const stopTimer = state.context.clock.setTimer(tool.timeoutMs, () => {
      end('Error: the tool did not answer within ' + tool.timeoutMs + ' ms.', 'agent/tool-timeout')
      cancel.cancel()
    })
    subscriber.add(() => {
      stopTimer()
      if (!isOver) cancel.cancel()
      isOver = true
    })
    const { threadId, runId } = state.input
    const context = { toolCallId, idempotencyKey: toolCallId, threadId, runId, cancel: cancel.signal }
    whenDone(
      // Armed calls were written before the sheet was shown: the tap must reach the host at once.
      isArmed(state, call) ? undefined : writeLedger(state, call, 'executing'),
      () => isOver || whenDone(() => tool.execute!(call.args, context), result => endWith(state, call, result, end), fail),
      fail,
    )
  })
}

function isArmed(state: RunState, call: CheckedCall): boolean {
  return state.context.ledger.get(call.toolCallId)?.state === 'armed'
}

function endWith(state: RunState, call: CheckedCall, result: unknown, end: (content: string, error?: ErrorCode) => void): void {
  const checked = call.tool.validateResult?.(result)
  if (checked && !checked.ok) {
    return end('Error: the tool returned something that does not fit its schema: ' + checked.issues, 'agent/tool-result-invalid')
  }
  const value = checked ? checked.value : result
  let content: string
  try {
    content = typeof value === 'string' ? value : JSON.stringify(value) ?? 'null'
  } catch (thrown) {
    return end('Error: the result is no JSON: ' + errorMessage(thrown), 'agent/tool-result-invalid')
  }
  const limit = state.settings.maxResultChars
  if (content.length <= limit) return end(content)
  end('Error: the tool returned ' + content.length + ' characters; at most ' + limit + ' fit.', 'agent/tool-result-too-large')
}

/** Goes on at once with a plain value, and later with a promised one; anything thrown goes to `failed`. */
export function whenDone<T>(
  work: (T | PromiseLike<T>) | (() => T | PromiseLike<T>),
  done: (value: T) => void,
  failed: (thrown: unknown) => void,
): void {
  let value: T | PromiseLike<T>
  try {
    value = typeof work === 'function' ? (work as () => T | PromiseLike<T>)() : work
  } catch (thrown) {
    return failed(thrown)
  }
  const then = (value as PromiseLike<T> | undefined)?.then
  if (typeof then !== 'function') return done(value as T)
  then.call(value, done, failed)
}
