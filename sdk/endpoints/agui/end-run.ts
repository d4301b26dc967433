import type { OperatorFunction } from 'rxjs'
import type { RunContext, RunInput } from '../../contracts.js'
import { toSampanError } from '../../errors.js'
import { isTerminal, type AgentEvent } from '../../protocol/events.js'
import { transform } from '../../protocol/transform.js'

/**
 * Ends a run as each must end: at its first terminal event, at once when it is cancelled, and with RUN_ERROR where the
 * way to the server fails. A call of which the server did not say how it ended gets a result that says so, unless the run
 * ends well: then it is its caller's. What else is open is closed by the verifier behind this.
 */
export function endRun({ threadId, runId }: RunInput, context: RunContext): OperatorFunction<AgentEvent, AgentEvent> {
  return transform<AgentEvent, AgentEvent>((emit, end) => {
    const unanswered = new Set<string>()
    let isOver = false
    const over = (terminal: AgentEvent): void => {
      if (isOver) return
      isOver = true
      forget(runId, context)
      const isWell = terminal.type === 'RUN_FINISHED' && terminal.outcome?.type !== 'cancelled'
      if (!isWell) unanswered.forEach(toolCallId => emit(resultOf(toolCallId, context)))
      emit(terminal)
      end()
    }
    return {
      next(event) {
        if (event.type === 'TOOL_CALL_START') unanswered.add(event.toolCallId)
        else if (event.type === 'TOOL_CALL_RESULT') unanswered.delete(event.toolCallId)
        if (isTerminal(event)) over(event)
        else if (!isOver) emit(event)
      },
      error(thrown) {
        const { code, message } = toSampanError(thrown, 'transport/failed')
        over({ type: 'RUN_ERROR', code, message })
      },
      complete: () => over({ type: 'RUN_ERROR', code: 'transport/truncated', message: 'The connection closed before the run had ended.' }),
      release: context.cancel.onCancel(() => over({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'cancelled' } })),
    }
  })
}

function resultOf(toolCallId: string, { ids }: RunContext): AgentEvent {
  const content = 'Error: the run ended before this tool answered; whether it took effect is unknown.'
  return { type: 'TOOL_CALL_RESULT', messageId: ids('result'), toolCallId, content, role: 'tool', metadata: { sampan: { error: 'agent/tool-outcome-unknown' } } }
}

/** The run's place is of no use any more. Where it cannot be forgotten, it only takes up room. */
function forget(runId: string, { checkpoints, trace }: RunContext): void {
  const failed = (thrown: unknown): void => trace('checkpoint-failed', { runId, message: String(thrown) })
  try {
    Promise.resolve(checkpoints.delete(runId)).then(undefined, failed)
  } catch (thrown) {
    failed(thrown)
  }
}
