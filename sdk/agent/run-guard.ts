import type { OperatorFunction } from 'rxjs'
import { knownOutcome, resultEvent } from './tool-outcome.js'
import type { RunContext, RunInput } from '../contracts.js'
import { errorMessage, isSampanError, type ErrorCode } from '../errors.js'
import { isTerminal, PROTOCOL_VERSION, type AgentEvent, type RunErrorEvent, type RunFinishedEvent, type RunStartedEvent } from '../protocol/events.js'
import type { TokenUsage } from '../protocol/messages.js'
import { transform } from '../protocol/transform.js'
import { createOpenItems } from '../protocol/verify/open-items.js'

/**
 * Holds law 3 for any run: it starts with RUN_STARTED and ends with one terminal event, everything open is closed
 * before that, a tool call without a result gets one unless the outcome leaves it to the caller, and cancelling ends it
 * at once. Middleware drops and repeats events, and what it does to one must not make the rest of the run illegal:
 * events that have no place where they stand are dropped.
 *
 * @param usage what the run has used so far; read when the run ends, for an end that does not tell itself.
 * @param forget deletes what was kept so that the run could go on. Called once, before its last event.
 */
export function guardRun(
  input: RunInput,
  context: RunContext,
  usage: readonly TokenUsage[],
  forget: () => unknown = () => context.checkpoints.delete(input.runId),
): OperatorFunction<AgentEvent, AgentEvent> {
  const { threadId, runId } = input
  return transform<AgentEvent, AgentEvent>((emit, end) => {
    const open = createOpenItems()
    // Calls without a result, and the message each stands in.
    const unanswered = new Map<string, string | undefined>()
    let isStarted = false
    let isEnded = false
    function start(): void {
      if (isStarted) return
      isStarted = true
      emit(startOf(input))
    }
    function finish(terminal: RunFinishedEvent | RunErrorEvent): void {
      if (isEnded) return
      isEnded = true
      start()
      forget()
      open.closingEvents().forEach(emit)
      const { type, pendingToolCallIds = [] } = Object((terminal as RunFinishedEvent).outcome) as { type?: string; pendingToolCallIds?: string[] }
      // What is asked about stays without a result, and so does what whoever started the run executes.
      pendingToolCallIds.forEach(id => unanswered.delete(id))
      if (type !== 'interrupt') unanswered.forEach((_, id) => emit(resultEvent(context, id, knownOutcome(context, id))))
      emit(terminal.usage ? terminal : { ...terminal, usage: usage.slice() })
      end()
    }
    const fail = (code: ErrorCode, message: string): void => finish({ type: 'RUN_ERROR', message, code })
    return {
      next(event) {
        if (isEnded) return
        // What goes on was begun, and so was the run.
        if (open.goesOn(event)) return emit(event)
        if (!open.admit(event)) return
        if (isTerminal(event)) return finish(event)
        const { type } = event
        if (type !== 'RUN_STARTED') start()
        else if (isStarted) return
        isStarted = true
        if (type === 'TOOL_CALL_START') unanswered.set(event.toolCallId, event.parentMessageId)
        else if (type === 'TOOL_CALL_RESULT') unanswered.delete(event.toolCallId)
        // A call of an answer that was taken back is none: nobody waits for its result.
        else if (type === 'CUSTOM' && event.name === 'sampan:step-reset') {
          unanswered.forEach((messageId, id) => messageId === event.value.messageId && unanswered.delete(id))
        }
        emit(event)
      },
      complete: () => fail('transport/truncated', 'The run ended without saying how.'),
      // What is no SampanError is our own bug or the app's.
      error: error => fail(isSampanError(error) ? error.code : 'agent/invalid', errorMessage(error)),
      release: context.cancel.onCancel(() => finish({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'cancelled' } })),
    }
  })
}

/** How a run begins. */
export function startOf({ threadId, runId, parentRunId }: RunInput): RunStartedEvent {
  return { type: 'RUN_STARTED', threadId, runId, parentRunId, protocolVersion: PROTOCOL_VERSION }
}
