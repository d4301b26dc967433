import type { AgentEvent, RunErrorEvent } from '../events.js'
import { createOpenItems } from './open-items.js'
import { noteOwners } from './owner-rules.js'
import { breach, type Breach, type Rules, type RunState } from './rule.js'

/** How a run starts and ends. */
export const lifecycleRules: Rules = {
  RUN_STARTED: (event, state) => {
    const { owners } = state
    state.phase = 'running'
    state.runId = event.runId
    state.subagents.clear()
    for (const kind of [owners.message, owners.toolCall, owners.activity, owners.reasoning]) kind.clear()
    return noteOwners(event.input?.messages ?? [], state, false)
  },
  RUN_FINISHED: (event, state) => {
    const closing = state.open.closingEvents()
    if (closing.length) return breach('open-at-finish', `RUN_FINISHED: still open, and closed only by ${closing.map(nameOf).join(', ')}`, [...closing, event])
    state.phase = 'finished'
    return undefined
  },
  RUN_ERROR: (_, state) => {
    state.phase = 'errored'
    // It may come over open items: what follows finds none of them.
    state.open = createOpenItems()
    return undefined
  },
}

/** Whether an event may come at this point of the stream at all, whatever its type. */
export function checkPhase(event: AgentEvent, state: RunState, run: { threadId: string; runId: string }): Breach | undefined {
  const { type } = event
  if (state.phase === 'running') return type === 'RUN_STARTED' ? activeBreach(event, state) : undefined
  if (type === 'RUN_STARTED') return undefined
  if (state.phase === 'idle') {
    if (type === 'RUN_ERROR') return undefined
    const { threadId, runId } = type === 'RUN_FINISHED' ? event : run
    return breach('first-event', `${type}: the first event is RUN_STARTED`, [{ type: 'RUN_STARTED', threadId, runId }, event])
  }
  if (type === 'RUN_ERROR' && state.phase === 'finished') return undefined
  return breach('run-over', `${type}: the run has ended`)
}

/** The run said nothing when it ended. */
export function truncatedError(): RunErrorEvent {
  return { type: 'RUN_ERROR', code: 'transport/truncated', message: 'The stream ended before the run said how it ends.' }
}

/** The start of the same run again is a repetition; another run means that this one was cut. */
function activeBreach(event: AgentEvent & { type: 'RUN_STARTED' }, state: RunState): Breach {
  const mend = event.runId === state.runId ? [] : [truncatedError(), event]
  return breach('run-active', `RUN_STARTED: the run "${state.runId}" has not ended`, mend)
}

function nameOf(event: AgentEvent): string {
  const { messageId, toolCallId, stepName, subagentRunId } = event as { messageId?: string; toolCallId?: string; stepName?: string; subagentRunId?: string }
  return `${event.type} "${messageId ?? toolCallId ?? stepName ?? subagentRunId}"`
}
