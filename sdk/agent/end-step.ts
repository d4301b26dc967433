import type { Observable } from 'rxjs'
import type { RunState } from './run-state.js'
import type { AgentEvent, RunFinishedEvent, RunOutcome } from '../protocol/events.js'
import { of } from '../protocol/streams.js'

/** Ends a run that waits for a person: what AG-UI asks for before it, then the questions. */
export function interruptStep(state: RunState): Observable<AgentEvent> {
  const { agentState, messages, interrupts } = state
  return of<AgentEvent>(
    { type: 'STATE_SNAPSHOT', snapshot: agentState || {} },
    { type: 'MESSAGES_SNAPSHOT', messages: messages.slice() },
    finished(state, { type: 'interrupt', interrupts }),
  )
}

/** Ends a run that has its answer, was stopped after its tools, or waits for results of the caller's own tools. */
export function finishStep(state: RunState): Observable<AgentEvent> {
  const { settings: { output }, pendingToolCallIds, messages } = state
  const answer = messages[messages.length - 1]
  const isPending = pendingToolCallIds.length > 0
  // A run that was stopped after its tools has no answer to be checked.
  if (output && !isPending && answer && answer.role === 'assistant') return output.finish(state, answer)
  return of<AgentEvent>(finished(state, { type: 'success', pendingToolCallIds: isPending ? pendingToolCallIds : undefined }))
}

/** The end of a run. The guard adds the usage. */
export function finished({ input: { threadId, runId }, finish: { reason, rawReason } = {} }: Pick<RunState, 'input'> & Partial<Pick<RunState, 'finish'>>, outcome: RunOutcome, result?: unknown): RunFinishedEvent {
  const metadata = reason && { sampan: { finishReason: reason, rawFinishReason: rawReason } }
  return { type: 'RUN_FINISHED', threadId, runId, outcome, result, metadata }
}
