import { Observable } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import { noteInLedger, whenDone, writeLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import { failureOf, outcomeOf, toolResult, type ToolOutcome } from './tool-outcome.js'
import { createCancel } from '../context/cancel.js'
import type { AgentEvent } from '../protocol/events.js'

/** The longest time a host's timer keeps: 2³¹ − 1 ms. What is longer would go off at once. */
const MAX_TIMER_MS = 0x7fffffff

/**
 * Runs one tool and emits its result. The ledger is written before the effect. Where nothing has to be waited for,
 * `execute` is called synchronously, so that a gesture-bound host call still stands inside the tap.
 *
 * Leaving cancels the tool. What it still answers then changes the ledger and nothing else.
 */
export function runTool(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  return new Observable(subscriber => {
    // A call of the same answer may have ended the run: nobody waits for this one.
    if (subscriber.closed) return
    const { tool, toolCallId } = call
    const { context, settings, input } = state
    const cancel = createCancel(context.cancel)
    let isSettled = false
    let hasAnswered = false
    const settle = (outcome: ToolOutcome): void => {
      if (isSettled) return
      isSettled = true
      // Before anything that follows from the result: what has run out of time should not go on beside it.
      if (!hasAnswered) cancelQuietly(state, call, cancel.cancel)
      noteInLedger(state, call, 'done', outcome.content)
      if (subscriber.closed) return
      context.trace('tool-end', { toolName: tool.name, toolCallId, error: outcome.error })
      subscriber.next(toolResult(state, call, outcome))
      subscriber.complete()
    }
    const fail = (thrown: unknown): void => settle(failureOf(thrown, settings.maxResultChars))
    const stopTimer = startTimer(state, call, () => {
      settle({ content: 'Error: the tool did not answer within ' + tool.timeoutMs + ' ms.', error: 'agent/tool-timeout' })
    })
    subscriber.add(() => {
      stopTimer()
      cancel.release()
      if (!hasAnswered) cancelQuietly(state, call, cancel.cancel)
    })
    const { threadId, runId } = input
    const begin = (): void => {
      // Left while the ledger was being written: it was allowed, and nothing has happened.
      if (subscriber.closed) return noteInLedger(state, call, 'approved')
      whenDone(
        () => tool.execute!(call.args, { toolCallId, idempotencyKey: toolCallId, threadId, runId, cancel: cancel.signal }),
        result => {
          hasAnswered = true
          settle(outcomeOf(tool, result, settings.maxResultChars))
        },
        thrown => {
          hasAnswered = true
          fail(thrown)
        },
      )
    }
    if (!isArmed(state, call)) return whenDone(() => writeLedger(state, call, 'executing'), begin, fail)
    // Armed before the sheet was shown: the tap must reach the host at once, so this write is not waited for.
    noteInLedger(state, call, 'executing')
    begin()
  })
}

function startTimer({ context }: RunState, { tool }: CheckedCall, expire: () => void): () => void {
  return tool.timeoutMs <= MAX_TIMER_MS ? context.clock.setTimer(tool.timeoutMs, expire) : () => {}
}

/** A tool that fails while it is told to stop has been told. */
function cancelQuietly({ context }: RunState, { toolCallId }: CheckedCall, cancel: () => void): void {
  try {
    cancel()
  } catch (thrown) {
    context.trace('tool-cancel-failed', { toolCallId, message: String(thrown) })
  }
}

function isArmed(state: RunState, call: CheckedCall): boolean {
  return state.context.ledger.get(call.toolCallId)?.state === 'armed'
}
