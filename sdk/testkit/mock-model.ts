import { defer, from, type Observable } from 'rxjs'
import type { FinishReason, ModelEndpoint, ModelEvent, ModelRequest } from '../contracts.js'
import type { SampanError } from '../errors.js'

/** What a {@link mockModel} says in one call: events at once, a stream with a life of its own, or either by request. */
export type MockAnswer = readonly ModelEvent[] | Observable<ModelEvent> | ((request: ModelRequest) => readonly ModelEvent[] | Observable<ModelEvent>)

/**
 * A model that says what a test wrote down, one answer a call (the last repeats), and remembers what it was asked. A call
 * counts when it is subscribed to. Without answers it says nothing at all, not even that it is done.
 *
 * @example
 * const model = mockModel(toolAnswer(['call-1', 'findDrinks', { keyword: '拿铁' }]), textAnswer('有', '三款'))
 */
export function mockModel(...answers: MockAnswer[]): ModelEndpoint & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = []
  const call = (request: ModelRequest): Observable<ModelEvent> =>
    defer(() => {
      const answer = answers[Math.min(requests.length, answers.length - 1)]
      requests.push({ ...request, messages: request.messages.slice() })
      return from((typeof answer === 'function' ? answer(request) : answer) ?? [])
    })
  return Object.assign(call, { info: { provider: 'mock', model: 'mock' }, requests })
}

/** An answer of text, in the given pieces. */
export function textAnswer(...deltas: string[]): ModelEvent[] {
  return deltas.map<ModelEvent>(delta => ({ type: 'text-delta', delta })).concat(finish())
}

/** An answer that calls tools: `[id, name, arguments]` each. Arguments that are a text are sent as they are, be they JSON or not. */
export function toolAnswer(...calls: [id: string, name: string, args: unknown][]): ModelEvent[] {
  const events: ModelEvent[] = []
  for (const [toolCallId, toolCallName, args] of calls) {
    events.push({ type: 'tool-call-start', toolCallId, toolCallName })
    events.push({ type: 'tool-call-delta', toolCallId, delta: typeof args === 'string' ? args : JSON.stringify(args) })
  }
  return events.concat(finish('tool-calls'))
}

/** How an answer ends: the usage of a call, 10 tokens in and 5 out, and the reason. Default `stop`. */
export function finish(reason: FinishReason = 'stop'): ModelEvent[] {
  return [
    { type: 'usage', usage: { provider: 'mock', model: 'mock', inputTokens: 10, outputTokens: 5 } },
    { type: 'finish', reason },
  ]
}

/** An answer that breaks off with an error, behind as much text as had come. It has no usage and no finish. */
export function errorAnswer(error: SampanError, ...deltas: string[]): ModelEvent[] {
  return deltas.map<ModelEvent>(delta => ({ type: 'text-delta', delta })).concat({ type: 'error', error })
}
