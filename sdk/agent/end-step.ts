import type { Observable } from 'rxjs'
import type { RunState } from './run-state.js'
import { SampanError } from '../errors.js'
import type { AgentEvent, RunOutcome } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { validateWith } from '../protocol/schema.js'
import { defer, of } from '../protocol/streams.js'

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

/** Ends a run that has its answer, or waits for results of the caller's own tools. */
export function finishStep(state: RunState): Observable<AgentEvent> {
  return defer(() => {
    const { pendingToolCallIds, stepName } = state
    if (pendingToolCallIds.length) return of<AgentEvent>(finished(state, { type: 'success', pendingToolCallIds }))
    return of<AgentEvent>({ type: 'STEP_FINISHED', stepName }, finished(state, { type: 'success' }, resultOf(state)))
  })
}

function finished(state: RunState, outcome: RunOutcome, result?: unknown): AgentEvent {
  const { input, finishReason, rawFinishReason, usage } = state
  const metadata = finishReason && { sampan: { finishReason, rawFinishReason } }
  return { type: 'RUN_FINISHED', threadId: input.threadId, runId: input.runId, outcome, result, usage, metadata }
}

/** The checked value, where the agent asks for JSON. */
function resultOf({ settings, lastText }: RunState): unknown {
  const { output } = settings
  if (!output) return undefined
  const parsed = parseJson(stripFence(lastText))
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
