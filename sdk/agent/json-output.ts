import type { Observable } from 'rxjs'
import { resetEvents } from './answer-events.js'
import { finished } from './end-step.js'
import type { RunState } from './run-state.js'
import type { ModelRequest, Schema, Validation } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import type { AssistantMessage } from '../protocol/messages.js'
import { toJsonSchema, validateWith } from '../protocol/schema.js'
import { of } from '../protocol/streams.js'

/** What an agent's answers look like, and what becomes of them; made by {@link jsonOutput}. */
export interface AgentOutput<Output extends Schema = Schema> {
  readonly schema: Output
  /** How the model is asked for it. */
  request(): ModelRequest['output']
  /** What comes of an answer: the end of the run, or another call of the model. */
  finish(state: RunState, answer: AssistantMessage): Observable<AgentEvent>
}

/**
 * For `output` of `createAgent`: asks the model for JSON of this schema. The checked value is the `result` of RUN_FINISHED.
 * An answer that does not fit is taken back and asked for anew, with what is wrong.
 *
 * @param options `repair`: how often in a run. Default 1. After that, or after `maxSteps`, the run ends with `agent/output-invalid`.
 * @example
 * createAgent({ model, output: jsonOutput(z.object({ city: z.string() })) })
 */
export function jsonOutput<Output extends Schema>(schema: Output, { repair = 1 }: { repair?: number } = {}): AgentOutput<Output> {
  const repairs = new WeakMap<RunState, number>()
  return {
    schema,
    request: () => ({ name: 'output', schema: toJsonSchema(schema) }),
    finish(state, answer) {
      const { messages, settings: { maxSteps }, step } = state
      const checked = check(schema, answer.content)
      if (checked.ok) return of<AgentEvent>(finished(state, { type: 'success' }, checked.value))
      const problem = 'The answer of the model does not fit the schema: ' + checked.issues
      const done = repairs.get(state) ?? 0
      if (done >= repair || step >= maxSteps) throw new SampanError('agent/output-invalid', problem)
      repairs.set(state, done + 1)
      // The answer does not count, so it leaves the history: only the next call sees it, and what is wrong with it.
      messages.pop()
      state.repair = [answer, { id: 'repair', role: 'user', content: problem + '. Answer again, with JSON only.' }]
      state.phase = 'model'
      return of<AgentEvent>(...resetEvents(state, answer.id))
    },
  }
}

function check(schema: Schema, content = ''): Validation<unknown> {
  const parsed = parseJson(stripFence(content))
  return parsed === undefined ? { ok: false, issues: 'no JSON' } : validateWith(schema, parsed)
}

/** Some models wrap JSON in a code fence although they were asked for JSON only. */
function stripFence(text: string): string {
  return text.replace(/^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/, '$1')
}
