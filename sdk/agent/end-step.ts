import type { Observable } from 'rxjs'
import type { RunState } from './run-state.js'
import { SampanError } from '../errors.js'
import type { AgentEvent, RunFinishedEvent, RunOutcome } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { validateWith } from '../protocol/schema.js'
import { of } from '../protocol/streams.js'

/** Ends a run that waits for a person: what AG-UI asks for before it, then the questions. */
export function interruptStep(state: RunState): Observable<AgentEvent> {
  const { input, messages, interrupts } = state
  return of<AgentEvent>(
    { type: 'STATE_SNAPSHOT', snapshot: input.state ?? {} },
    { type: 'MESSAGES_SNAPSHOT', messages: messages.slice() },
    finished(state, { type: 'interrupt', interrupts }),
  )
}

/** Ends a run that has its answer, or waits for results of the caller's own tools. */
export function finishStep(state: RunState): Observable<AgentEvent> {
  const { pendingToolCallIds } = state
  return of<AgentEvent>(pendingToolCallIds.length ? finished(state, { type: 'success', pendingToolCallIds }) : finished(state, { type: 'success' }, resultOf(state)))
}

/** The guard adds the usage. */
function finished({ input: { threadId, runId }, finish: { reason, rawReason } }: RunState, outcome: RunOutcome, result?: unknown): RunFinishedEvent {
  const metadata = reason && { sampan: { finishReason: reason, rawFinishReason: rawReason } }
  return { type: 'RUN_FINISHED', threadId, runId, outcome, result, metadata }
}

/** The checked value of the last message, where the agent asks for JSON. */
function resultOf({ settings: { output }, messages }: RunState): unknown {
  if (!output) return undefined
  const { content } = messages[messages.length - 1] as { content?: string }
  const parsed = parseJson(stripFence(content ?? ''))
  const checked = parsed === undefined ? { ok: false as const, issues: 'no JSON' } : validateWith(output, parsed)
  if (checked.ok) return checked.value
  throw new SampanError('agent/output-invalid', 'The answer of the model does not fit the schema: ' + checked.issues)
}

/** Some models wrap JSON in a code fence although they were asked for JSON only. */
function stripFence(text: string): string {
  return text.replace(/^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/, '$1')
}
