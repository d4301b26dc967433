import { defer, from, type Observable } from 'rxjs'
import type { FinishReason, ModelEndpoint, ModelEvent, ModelRequest } from '../contracts.js'
import type { SampanError } from '../errors.js'

/** What a {@link mockModel} says in one call. */
export type MockAnswer = readonly ModelEvent[] | Observable<ModelEvent> | ((request: ModelRequest) => readonly ModelEvent[])

/** A model that says what a test wrote down, one answer a call, and remembers what it was asked. */
export function mockModel(...answers: MockAnswer[]): ModelEndpoint & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = []
  const call = (request: ModelRequest): Observable<ModelEvent> =>
    defer(() => {
      const answer = answers[Math.min(requests.length, answers.length - 1)]
      requests.push({ ...request, messages: request.messages.slice() })
      if (answer === undefined) return from([])
      return typeof answer === 'function' ? from(answer(request)) : from(answer as readonly ModelEvent[])
    })
  return Object.assign(call, { info: { provider: 'mock', model: 'mock' }, requests })
}

/** An answer of text, in the given pieces. */
export function textAnswer(...deltas: string[]): ModelEvent[] {
  return deltas.map<ModelEvent>(delta => ({ type: 'text-delta', delta })).concat(finish())
}

/** An answer that calls tools: `[id, name, arguments]` each. */
export function toolAnswer(...calls: [id: string, name: string, args: unknown][]): ModelEvent[] {
  const events: ModelEvent[] = []
  for (const [toolCallId, toolCallName, args] of calls) {
    events.push({ type: 'tool-call-start', toolCallId, toolCallName })
    events.push({ type: 'tool-call-delta', toolCallId, delta: typeof args === 'string' ? args : JSON.stringify(args) })
  }
  return events.concat(finish('tool-calls'))
}

export function finish(reason: FinishReason = 'stop'): ModelEvent[] {
  return [
    { type: 'usage', usage: { provider: 'mock', model: 'mock', inputTokens: 10, outputTokens: 5 } },
    { type: 'finish', reason },
  ]
}

/** An answer that breaks off. */
export function errorAnswer(error: SampanError, ...deltas: string[]): ModelEvent[] {
  return deltas.map<ModelEvent>(delta => ({ type: 'text-delta', delta })).concat({ type: 'error', error })
}
