import { Observable } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import { noteInLedger, whenDone, writeLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import { failureOf, outcomeOf, toolResult, type ToolOutcome } from './tool-outcome.js'
import { createCancel } from '../context/cancel.js'
import type { CancelSignal, ToolContext } from '../contracts.js'
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
    const { tool, toolCallId } = call
    const { context } = state
    const { maxResultChars } = state.settings
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
    const answer = (outcome: ToolOutcome): void => {
      hasAnswered = true
      settle(outcome)
    }
    const stopTimer = startTimer(state, call, settle)
    subscriber.add(() => {
      stopTimer()
      cancel.release()
      if (!hasAnswered) cancelQuietly(state, call, cancel.cancel)
    })
    const execute = (): void => {
      // Left while the ledger was being written. The entry stays: a later run may have begun the call meanwhile.
      if (subscriber.closed) return
      whenDone(
        () => tool.execute!(call.args, toolContext(state, toolCallId, cancel.signal)),
        result => answer(outcomeOf(tool, result, maxResultChars)),
        thrown => answer(failureOf(thrown, maxResultChars)),
      )
    }
    begin(state, call, execute, thrown => settle(failureOf(thrown, maxResultChars)))
  })
}

/** Writes that the effect begins, then begins it. */
function begin(state: RunState, call: CheckedCall, execute: () => void, fail: (thrown: unknown) => void): void {
  const isArmed = state.context.ledger.get(call.toolCallId)?.state === 'armed'
  if (!isArmed) return whenDone(() => writeLedger(state, call, 'executing'), execute, fail)
  // Armed before the sheet was shown: the tap must reach the host at once, so this write is not waited for.
  noteInLedger(state, call, 'executing')
  execute()
}

function toolContext({ input: { threadId, runId } }: RunState, toolCallId: string, cancel: CancelSignal): ToolContext {
  return { toolCallId, idempotencyKey: toolCallId, threadId, runId, cancel }
}

function startTimer({ context }: RunState, { tool: { timeoutMs } }: CheckedCall, settle: (outcome: ToolOutcome) => void): () => void {
  if (timeoutMs > MAX_TIMER_MS) return () => {}
  const content = 'Error: the tool did not answer within ' + timeoutMs + ' ms.'
  return context.clock.setTimer(timeoutMs, () => settle({ content, error: 'agent/tool-timeout' }))
}

/** A tool that fails while it is told to stop has been told. */
function cancelQuietly({ context }: RunState, { toolCallId }: CheckedCall, cancel: () => void): void {
  try {
    cancel()
  } catch (thrown) {
    context.trace('tool-cancel-failed', { toolCallId, message: String(thrown) })
  }
}
