import { Observable } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import { noteInLedger, whenDone, writeLedger } from './ledger.js'
import { openCall } from './open-call.js'
import type { RunState } from './run-state.js'
import { endCall, failure, outcomeOf, type ToolOutcome } from './tool-outcome.js'
import { MAX_TIMER_MS } from '../context/max-timer-ms.js'
import { errorMessage } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'

/**
 * Runs one tool and emits its result. The ledger is written before the effect. Where nothing has to be waited for,
 * `execute` is called synchronously, so that a gesture-bound host call still stands inside the tap.
 *
 * Leaving cancels the tool. What it still answers then changes the ledger and nothing else.
 */
export function runTool(state: RunState, call: CheckedCall): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const { id: toolCallId, tool, args, key: idempotencyKey } = call
    const { timeoutMs } = tool
    const { context, settings: { maxResultChars }, input: { threadId, runId } } = state
    let isSettled = false
    // A run that is only left goes on later: it hears of no cancelling that nobody meant.
    const { told, tell } = openCall(context, toolCallId, subscriber, () => isSettled || (!!tool.inLoop && !context.cancel.isCancelled))
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
    const late = (): void => settle(failure('agent/tool-timeout', 'the tool did not answer within ' + timeoutMs + ' ms.'), true)
    if (timeoutMs <= MAX_TIMER_MS) subscriber.add(context.clock.setTimer(timeoutMs, late))
    const execute = (): void => {
      // Left while the ledger was being written. The entry stays: a later run may have begun the call meanwhile.
      if (subscriber.closed) return
      if (tool.inLoop) return tool.inLoop.start(state, call, { cancel: told.cancel, settle, fail }, subscriber)
      whenDone(
        () => tool.execute!(args, { ...told, idempotencyKey, threadId, runId }),
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
