import type { OperatorFunction } from 'rxjs'
import type { RunContext, RunInput } from '../contracts.js'
import { isSampanError } from '../errors.js'
import { errorMessage } from '../errors.js'
import { isTerminal, PROTOCOL_VERSION, type AgentEvent, type RunErrorEvent } from '../protocol/events.js'
import type { TokenUsage } from '../protocol/messages.js'
import { transform } from '../protocol/transform.js'
import { createOpenItems } from '../protocol/verify/open-items.js'

/**
 * Holds law 3 for any run: it starts with RUN_STARTED and ends with one terminal event, everything open is closed
 * before that, a tool call without a result gets one, and cancelling ends it at once.
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
): { next(event: AgentEvent): void; finish(terminal: AgentEvent): void } {
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
  function finish(terminal: AgentEvent): void {
    if (isEnded) return
    isEnded = true
    if (!isStarted) start()
    const isInterrupt = terminal.type === 'RUN_FINISHED' && terminal.outcome?.type === 'interrupt'
    open.closingEvents().forEach(pass)
    if (!isInterrupt) unanswered.forEach(toolCallId => emit(unansweredResult(toolCallId, context)))
    emit(terminal)
    end()
  }
  function next(event: AgentEvent): void {
    if (isEnded) return
    if (event.type === 'TEXT_MESSAGE_CONTENT') return pass(event)
    if (isTerminal(event)) return finish(event.usage ? event : { ...event, usage: usage() })
    if (event.type === 'RUN_STARTED') isStarted = true
    else if (!isStarted) start()
    if (event.type === 'TOOL_CALL_START') unanswered.add(event.toolCallId)
    else if (event.type === 'TOOL_CALL_RESULT') unanswered.delete(event.toolCallId)
    pass(event)
  }
  return { next, finish }
}

function unansweredResult(toolCallId: string, context: RunContext): AgentEvent {
  const entry = context.ledger.get(toolCallId)
  // A call that was already running may have had its effect: say so, and never that it failed.
  const code = entry?.state === 'executing' ? 'agent/tool-outcome-unknown' : 'agent/tool-arguments-cut'
  const content =
    code === 'agent/tool-outcome-unknown'
      ? 'Error: the run ended while this tool was running; whether it took effect is unknown.'
      : 'Error: the run ended before this tool was called; it was not executed.'
  return { type: 'TOOL_CALL_RESULT', messageId: context.ids('result'), toolCallId, content, role: 'tool', metadata: { sampan: { error: code } } }
}

/** RUN_ERROR with a code of Sampan's. */
export function runError(code: string, message: string, usage: TokenUsage[]): RunErrorEvent {
  return { type: 'RUN_ERROR', message, code, usage }
}

/** RUN_ERROR for anything that was thrown inside a run. What is no SampanError is our own bug or the app's. */
export function errorToEvent(error: unknown, usage: TokenUsage[]): RunErrorEvent {
  return runError(isSampanError(error) ? error.code : 'agent/invalid', errorMessage(error), usage)
}
