import { Observable } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import { noteInLedger, unwaited, whenDone, writeLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import { endCall, failure, outcomeOf, type ToolOutcome } from './tool-outcome.js'
import { createCancel } from '../context/cancel.js'
import { errorMessage } from '../errors.js'
import { customEvent } from '../protocol/custom-events.js'
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
    const { id: toolCallId, tool, args, key: idempotencyKey } = call
    const { context, settings: { maxResultChars }, input: { threadId, runId } } = state
    const { signal, cancel, release } = createCancel(context.cancel)
    let isSettled = false
    // A tool that fails while it is told to stop has been told.
    const tell = (): void => unwaited(state, cancel, 'tool-cancel-failed', { toolCallId })
    const settle = (outcome?: ToolOutcome, isTimeout?: boolean): void => {
      if (isSettled) return
      isSettled = true
      // It waits for a person: its entry in the ledger says that it has begun.
      if (!outcome) return subscriber.complete()
      // Before anything that follows from the result: what has run out of time should not go on beside it.
      if (isTimeout) tell()
      noteInLedger(state, call, 'done', outcome)
      if (!subscriber.closed) endCall(state, toolCallId, outcome).subscribe(subscriber)
    }
    const fail = (thrown: unknown): void => settle(failure('agent/tool-failed', errorMessage(thrown), maxResultChars))
    const stopTimer = startTimer(state, call, settle)
    subscriber.add(() => {
      stopTimer()
      release()
      // A run that is only left goes on later: it hears of no cancelling that nobody meant.
      if (!isSettled && (!tool.inLoop || context.cancel.isCancelled)) tell()
    })
    const progress = (value: unknown): void => {
      if (!isSettled && !subscriber.closed) subscriber.next(customEvent('sampan:tool-progressed', { toolCallId, progress: value }))
    }
    const execute = (): void => {
      // Left while the ledger was being written. The entry stays: a later run may have begun the call meanwhile.
      if (subscriber.closed) return
      if (tool.inLoop) return tool.inLoop.start(state, call, { cancel: signal, settle, fail }, subscriber)
      whenDone(
        () => tool.execute!(args, { toolCallId, idempotencyKey, threadId, runId, userId: context.userId, cancel: signal, progress }),
        result => settle(outcomeOf(tool, result, maxResultChars)),
        fail,
      )
    }
    // A gesture-bound call was written when it was asked about: the tap must reach the host at once, nothing is waited for.
    // What may happen twice needs no entry before it happens.
    if (!tool.requiresGesture && (tool.inLoop || tool.replay !== 'idempotent')) return whenDone(() => writeLedger(state, call, 'executing'), execute, fail)
    noteInLedger(state, call, 'executing')
    execute()
  })
}

function startTimer({ context }: RunState, { tool: { timeoutMs } }: CheckedCall, settle: (outcome: ToolOutcome, isTimeout: boolean) => void): () => void {
  if (timeoutMs > MAX_TIMER_MS) return () => {}
  return context.clock.setTimer(timeoutMs, () => settle(failure('agent/tool-timeout', 'the tool did not answer within ' + timeoutMs + ' ms.'), true))
}
