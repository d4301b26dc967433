import type { Observable } from 'rxjs'
import type { RunState } from './run-state.js'
import { SampanError } from '../errors.js'
import type { AgentEvent, RunOutcome } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { validateWith } from '../protocol/schema.js'
import { concat, defer, of } from '../protocol/streams.js'

/** Ends a run that waits for a person: what AG-UI asks for before it, then the questions. */
export function interruptStep(state: RunState): Observable<AgentEvent> {
  return defer(() =>
    of<AgentEvent>(
      { type: 'STATE_SNAPSHOT', snapshot: state.input.state ?? {} },
      { type: 'MESSAGES_SNAPSHOT', messages: state.messages.slice() },
      finished(state, { type: 'interrupt', interrupts: state.interrupts }),
    ),
  )
}

/** Ends a run that has its answer. */
export function finishStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const pendingToolCallIds = state.pendingToolCallIds.length ? state.pendingToolCallIds : undefined
    const end = of<AgentEvent>(finished(state, { type: 'success', pendingToolCallIds }, resultOf(state)))
    const step: AgentEvent = { type: 'STEP_FINISHED', stepName: state.stepName }
    return pendingToolCallIds ? end : concat(of(step), end)
  })
}

function finished(state: RunState, outcome: RunOutcome, result?: unknown): AgentEvent {
  const { threadId, runId } = state.input
  const metadata = state.finishReason ? { sampan: { finishReason: state.finishReason } } : undefined
  return { type: 'RUN_FINISHED', threadId, runId, outcome, result, usage: state.usage, metadata }
}

function resultOf(state: RunState): unknown {
  const { output } = state.settings
  if (!output || state.pendingToolCallIds.length) return undefined
  const parsed = parseJson(stripFence(state.lastText))
  if (parsed === undefined) throw new SampanError('agent/output-invalid', 'The model was asked for JSON and answered with something else.')
  const checked = validateWith(output.schema, parsed)
  if (!checked.ok) throw new SampanError('agent/output-invalid', 'The JSON of the model does not fit the schema: ' + checked.issues)
  return checked.value
}

/** Some models wrap JSON in a code fence although they were asked for JSON only. */
function stripFence(text: string): string {
  const match = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)
  return match ? match[1]! : text
}
