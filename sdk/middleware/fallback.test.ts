import { describe, expect, it } from 'vitest'
import { breaker } from './breaker.js'
import { fallback, type FallbackOptions } from './fallback.js'
import { retry } from './retry.js'
import { createAgent } from '../agent/create-agent.js'
import { createRunContext } from '../context/run-context.js'
import type { ModelEndpoint, ModelFunction, ModelInfo, ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import { errorAnswer, mockModel, textAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const down = new SampanError('transport/server', 'down', { retryable: true })
const unknownModel = new SampanError('endpoint/provider-error', 'no such model')
const offline = new SampanError('transport/offline', 'no network', { retryable: true })

function call(model: ModelEndpoint, request: Partial<ModelRequest> = {}, clock = createTestClock()) {
  const log: string[] = []
  const traces: unknown[] = []
  let ids = 0
  const context = createRunContext({ clock, ids: kind => kind + '-' + ++ids, trace: (name, attributes) => void traces.push([name, attributes]) })
  model({ messages: [], logId: 'first', ...request }, context).subscribe({
    next: event => void log.push(event.type === 'text-delta' ? event.delta : event.type === 'error' || event.type === 'reset' ? event.type + ' ' + event.error.message : event.type),
    complete: () => void log.push('|'),
  })
  return { log, traces, clock }
}
const asks = (options: FallbackOptions, ...answers: Parameters<typeof mockModel>) => call(fallback(answers.map(answer => mockModel(answer)), options)).log
const answered = (text: string) => [text, 'usage', 'finish', '|']

describe('fallback', () => {
  it('asks the first, and nobody else where it answers', () => {
    const second = mockModel(textAnswer('B'))
    expect(call(fallback([mockModel(textAnswer('A')), second])).log).toEqual(answered('A'))
    expect(second.requests).toEqual([])
  })
  it('asks one after the other until one answers, each with a log of its own', () => {
    const models = [mockModel(errorAnswer(down)), mockModel(errorAnswer(unknownModel)), mockModel(textAnswer('C'))]
    const { log, traces } = call(fallback(models), { joins: true })
    expect(log).toEqual(answered('C'))
    expect(models.map(({ requests }) => requests.map(({ logId, joins }) => [logId, joins]))).toEqual([[['first', true]], [['first-f2', undefined]], [['first-f3', undefined]]])
    expect(traces).toHaveLength(2)
    expect(traces[0]).toEqual(['model-fell-back', { code: 'transport/server', from: 'mock/mock', to: 'mock/mock' }])
  })
  it('has no attempt join the log of another, with `retry` around it and in it', () => {
    const clock = createTestClock()
    const logIds: (string | undefined)[] = []
    const begin = (request: Partial<ModelRequest>): void => {
      const model = mockModel(({ logId }) => (logIds.push(logId), errorAnswer(down)))
      const twice = retry({ attempts: 2 })
      const both = fallback([{ endpoint: model, middleware: [twice] }, { endpoint: model, middleware: [twice] }])
      call(Object.assign(((asked, context) => retry({ attempts: 2 })(asked, context, both)) as ModelFunction, { info: both.info }), request, clock)
      clock.advance(60_000)
    }
    begin({})
    expect([logIds.length, new Set(logIds).size]).toEqual([8, 8])
    const first = logIds.splice(0)
    // After a kill each attempt finds the log that it had.
    begin({ joins: true })
    expect(logIds).toEqual(first)
  })
  it('ends with the last error where none answers', () => {
    expect(asks({}, errorAnswer(down), errorAnswer(unknownModel))).toEqual(['error no such model', '|'])
  })
  it('does not go from one to the other where the phone has no network', () => {
    expect(asks({}, errorAnswer(offline), textAnswer('B'))).toEqual(['error no network', '|'])
  })
  it('goes on where it is told to, and only there', () => {
    const on = ({ code }: SampanError) => code === 'transport/offline'
    expect(asks({ on }, errorAnswer(offline), textAnswer('B'))).toEqual(answered('B'))
    expect(asks({ on }, errorAnswer(down), textAnswer('B'))).toEqual(['error down', '|'])
  })
  it('takes back half an answer when another endpoint speaks, or leaves it at that', () => {
    expect(asks({}, errorAnswer(down, 'half'), textAnswer('B'))).toEqual(['half', 'reset down', ...answered('B')])
    expect(asks({ afterContent: 'fail' }, errorAnswer(down, 'half'), textAnswer('B'))).toEqual(['half', 'error down', '|'])
  })
  it('gives each endpoint what holds for it alone', () => {
    const [first, second] = [mockModel(errorAnswer(down)), mockModel(textAnswer('B'))]
    const model = fallback([first, { endpoint: second, extra: { enable_thinking: false }, middleware: [(request, context, next) => next({ ...request, temperature: 0 }, context)] }])
    call(model, { extra: { seed: 1 } })
    expect([first.requests[0], second.requests[0]]).toMatchObject([{ extra: { seed: 1 } }, { extra: { enable_thinking: false }, temperature: 0 }])
    expect(first.requests[0]!.temperature).toBeUndefined()
  })
  it('tries an endpoint again before it leaves it, where that has a retry of its own', () => {
    const first = mockModel(errorAnswer(down))
    const { log, clock } = call(fallback([{ endpoint: first, middleware: [retry({ attempts: 2, random: () => 1 })] }, mockModel(textAnswer('B'))]))
    clock.advance(500)
    expect([log, first.requests.length]).toEqual([answered('B'), 2])
  })
  it('passes over an endpoint whose breaker is open, and comes back to it', () => {
    const clock = createTestClock()
    const first = mockModel(errorAnswer(down), errorAnswer(down), textAnswer('A'))
    const model = fallback([{ endpoint: first, middleware: [breaker({ failures: 2, coolMs: 1000 })] }, mockModel(textAnswer('B'))])
    const texts = [0, 0, 0, 999, 1, 0].map(wait => (clock.advance(wait), call(model, {}, clock).log[0]))
    expect(texts).toEqual(['B', 'B', 'B', 'B', 'A', 'A'])
    expect(first.requests).toHaveLength(4)
  })
  it('needs somebody to ask', () => {
    expect(() => fallback([])).toThrow('at least one')
  })
  it('can do what all of them can; what is not known of one of them is not known', () => {
    const able = (capabilities: ModelInfo['capabilities'], model = 'b') => Object.assign(mockModel(), { info: { provider: 'p', model, capabilities } })
    expect(fallback([able({ tools: true, images: true, reasoning: true, resumable: true }, 'a'), able({ tools: true, images: false, resumable: true })]).info).toEqual({
      provider: 'p',
      model: 'a',
      capabilities: { tools: true, images: false, resumable: true },
    })
  })
  it('is a model for an agent', () => {
    const agent = createAgent({ model: fallback([mockModel(errorAnswer(down)), mockModel(textAnswer('好'))]) })
    const texts: string[] = []
    agent({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '?' }], tools: [], context: [] }, createRunContext())
      .subscribe(event => event.type === 'TEXT_MESSAGE_CONTENT' && texts.push(event.delta))
    expect(texts).toEqual(['好'])
  })
})
