import type { OperatorFunction } from 'rxjs'
import { isInOrder } from './event-order.js'
import { hasBegun } from './ledger.js'
import type { RunContext, RunInput } from '../contracts.js'
import { errorMessage, isSampanError, type ErrorCode } from '../errors.js'
import { isTerminal, PROTOCOL_VERSION, type AgentEvent, type RunErrorEvent, type RunFinishedEvent } from '../protocol/events.js'
import type { TokenUsage } from '../protocol/messages.js'
import { transform } from '../protocol/transform.js'
import { createOpenItems } from '../protocol/verify/open-items.js'

/**
 * Holds law 3 for any run: it starts with RUN_STARTED and ends with one terminal event, everything open is closed
 * before that, a tool call without a result gets one unless the outcome leaves it to the caller, and cancelling ends it
 * at once. Events that have no place where they stand are dropped.
 *
 * @param usage what the run has used so far; read when the run ends.
 */
export function guardRun(input: RunInput, context: RunContext, usage: () => TokenUsage[]): OperatorFunction<AgentEvent, AgentEvent> {
  return transform<AgentEvent, AgentEvent>(
    (emit, end) => {
      const guard = createGuard(input, context, usage, emit, end)
      const stop = context.cancel.onCancel(() =>
        guard.finish({ type: 'RUN_FINISHED', threadId: input.threadId, runId: input.runId, outcome: { type: 'cancelled' }, usage: usage() }),
      )
      return {
        next: guard.next,
        complete: () => guard.finish(runError('transport/truncated', 'The run ended without saying how.', usage())),
        error: (error: unknown) => guard.finish(errorToEvent(error, usage())),
        release: stop,
      }
    },
  )
}

function createGuard(
  input: RunInput,
  context: RunContext,
  usage: () => TokenUsage[],
  emit: (event: AgentEvent) => void,
  end: () => void,
): { next(event: AgentEvent): void; finish(terminal: RunFinishedEvent | RunErrorEvent): void } {
  const open = createOpenItems()
  const unanswered = new Set<string>()
  let isStarted = false
  let isEnded = false

  function pass(event: AgentEvent): void {
    open.observe(event)
    emit(event)
  }
  function start(): void {
    isStarted = true
    pass({ type: 'RUN_STARTED', threadId: input.threadId, runId: input.runId, protocolVersion: PROTOCOL_VERSION })
  }
  function finish(terminal: RunFinishedEvent | RunErrorEvent): void {
    if (isEnded) return
    isEnded = true
    if (!isStarted) start()
    open.closingEvents().forEach(pass)
    if (!isInterrupt(terminal)) {
      pendingIds(terminal).forEach(toolCallId => unanswered.delete(toolCallId))
      unanswered.forEach(toolCallId => emit(unansweredResult(toolCallId, context)))
    }
    emit(terminal)
    end()
  }
  function next(event: AgentEvent): void {
    if (isEnded || !isInOrder(event, open)) return
    if (event.type === 'TEXT_MESSAGE_CONTENT') return emit(event)
    if (isTerminal(event)) return finish(event.usage ? event : { ...event, usage: usage() })
    if (event.type === 'RUN_STARTED') {
      if (isStarted) return
      isStarted = true
    } else if (!isStarted) start()
    if (event.type === 'TOOL_CALL_START') unanswered.add(event.toolCallId)
    else if (event.type === 'TOOL_CALL_RESULT') unanswered.delete(event.toolCallId)
    pass(event)
  }
  return { next, finish }
}

function isInterrupt(terminal: RunFinishedEvent | RunErrorEvent): boolean {
  return terminal.type === 'RUN_FINISHED' && terminal.outcome?.type === 'interrupt'
}

/** Calls of tools that whoever started the run executes: they stay without a result. */
function pendingIds(terminal: RunFinishedEvent | RunErrorEvent): readonly string[] {
  const outcome = terminal.type === 'RUN_FINISHED' ? terminal.outcome : undefined
  return (outcome?.type === 'success' && outcome.pendingToolCallIds) || []
}

function unansweredResult(toolCallId: string, context: RunContext): AgentEvent {
  const entry = context.ledger.get(toolCallId)
  const messageId = context.ids('result')
  if (entry?.result !== undefined) return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content: entry.result, role: 'tool' }
  // A call that was already running may have had its effect: say so, and never that it failed.
  const error = hasBegun(entry) ? 'agent/tool-outcome-unknown' : 'agent/tool-arguments-cut'
  const content = hasBegun(entry)
    ? 'Error: the run ended while this tool was running; whether it took effect is unknown.'
    : 'Error: the run ended before this tool was called; it was not executed.'
  return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool', metadata: { sampan: { error } } }
}

/** RUN_ERROR with a code of Sampan's. */
function runError(code: ErrorCode, message: string, usage: TokenUsage[]): RunErrorEvent {
  return { type: 'RUN_ERROR', message, code, usage }
}

/** RUN_ERROR for anything that was thrown inside a run. What is no SampanError is our own bug or the app's. */
function errorToEvent(error: unknown, usage: TokenUsage[]): RunErrorEvent {
  return runError(isSampanError(error) ? error.code : 'agent/invalid', errorMessage(error), usage)
}
