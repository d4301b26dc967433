import type { Observable } from 'rxjs'
import { resetEvents } from './answer-events.js'
import type { RunState } from './run-state.js'
import type { Schema, Validation } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent, RunFinishedEvent, RunOutcome } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { validateWith } from '../protocol/schema.js'
import { of } from '../protocol/streams.js'

/** Ends a run that waits for a person: what AG-UI asks for before it, then the questions. */
export function interruptStep(state: RunState): Observable<AgentEvent> {
  const { agentState, messages, interrupts } = state
  return of<AgentEvent>(
    { type: 'STATE_SNAPSHOT', snapshot: agentState ?? {} },
    { type: 'MESSAGES_SNAPSHOT', messages: messages.slice() },
    finished(state, { type: 'interrupt', interrupts }),
  )
}

/** Ends a run that has its answer, was stopped after its tools, or waits for results of the caller's own tools. */
export function finishStep(state: RunState): Observable<AgentEvent> {
  const { settings: { output, outputRepair, maxSteps }, pendingToolCallIds, messages } = state
  if (pendingToolCallIds.length) return of<AgentEvent>(finished(state, { type: 'success', pendingToolCallIds }))
  const answer = messages[messages.length - 1]
  // A run that was stopped after its tools has no answer to be checked.
  const checked = output && answer?.role === 'assistant' ? checkOutput(output, answer.content) : undefined
  if (!checked || checked.ok) return of<AgentEvent>(finished(state, { type: 'success' }, checked && checked.value))
  const problem = 'The answer of the model does not fit the schema: ' + checked.issues
  if (state.repairs++ >= outputRepair || state.step >= maxSteps) throw new SampanError('agent/output-invalid', problem)
  // The answer does not count, so it leaves the history: only the next call sees it, and what is wrong with it.
  messages.pop()
  state.repair = [answer!, { id: 'repair', role: 'user', content: problem + '. Answer again, with JSON only.' }]
  state.phase = 'model'
  return of<AgentEvent>(...resetEvents(state, answer!.id))
}

/** The guard adds the usage. */
function finished({ input: { threadId, runId }, finish: { reason, rawReason } }: RunState, outcome: RunOutcome, result?: unknown): RunFinishedEvent {
  const metadata = reason && { sampan: { finishReason: reason, rawFinishReason: rawReason } }
  return { type: 'RUN_FINISHED', threadId, runId, outcome, result, metadata }
}

function checkOutput(output: Schema, content = ''): Validation<unknown> {
  const parsed = parseJson(stripFence(content))
  return parsed === undefined ? { ok: false, issues: 'no JSON' } : validateWith(output, parsed)
}

/** Some models wrap JSON in a code fence although they were asked for JSON only. */
function stripFence(text: string): string {
  return text.replace(/^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/, '$1')
}
