import { concat, finalize, NEVER, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { retry, type RetryOptions } from './retry.js'
import { ended, record } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { createCancel } from '../context/cancel.js'
import { createRunContext } from '../context/run-context.js'
import type { ModelEndpoint, ModelEvent, RunContext } from '../contracts.js'
import { openai } from '../endpoints/openai/index.js'
import { SampanError } from '../errors.js'
import { bytesOf, fakePlatform } from '../testkit/fake-platform.js'
import { errorAnswer, finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'
import { connect } from '../transport/connect.js'

const busy = new SampanError('transport/server', 'busy', { retryable: true })
const refused = new SampanError('endpoint/provider-error', 'no such model')
const asksFor = (retryAfterMs: number) => new SampanError('transport/rate-limited', 'slow', { retryable: true, retryAfterMs })

/** Calls a model through `retry`, and writes down what comes and when: `0 A`, `500 finish`. */
function call(model: ModelEndpoint, options: RetryOptions = {}, parts: Partial<RunContext> = {}) {
  const clock = createTestClock(0)
  let ids = 0
  const log: string[] = []
  const traces: unknown[] = []
  const context = createRunContext({ clock, ids: kind => kind + '-' + ++ids, trace: (name, attributes) => void traces.push([name, attributes]), ...parts })
  const subscription = retry({ random: () => 1, ...options })({ messages: [], logId: 'first' }, context, model).subscribe({
    next: event => void log.push(clock.now() + ' ' + wordOf(event)),
    complete: () => void log.push(clock.now() + ' |'),
  })
  return { log, clock, traces, leave: () => subscription.unsubscribe() }
}

function wordOf(event: ModelEvent): string {
  if (event.type === 'text-delta') return event.delta
  return event.type === 'error' || event.type === 'reset' ? event.type + ' ' + event.error.message : event.type
}

describe('retry', () => {
  it('tries again after a wait that doubles, and says nothing of it', () => {
    const { log, clock, traces } = call(mockModel(errorAnswer(busy), errorAnswer(busy), textAnswer('A')))
    clock.advance(499)
    expect(log).toEqual([])
    clock.advance(1 + 1000)
    expect(log).toEqual(['1500 A', '1500 usage', '1500 finish', '1500 |'])
    expect(traces).toEqual([
      ['model-retried', { attempt: 1, code: 'transport/server', waitMs: 500 }],
      ['model-retried', { attempt: 2, code: 'transport/server', waitMs: 1000 }],
    ])
  })
  it('asks for a log of its own at each attempt, for one that ended in an error would be read again', () => {
    const model = mockModel(errorAnswer(busy), textAnswer('A'))
    call(model).clock.advance(500)
    expect(model.requests.map(({ logId }) => logId)).toEqual(['first', 'first-r2'])
  })
  it('begins a log where the one it was to join ended in an error', () => {
    const model = mockModel(errorAnswer(busy), textAnswer('A'))
    const clock = createTestClock()
    retry()({ messages: [], logId: 'first', joins: true }, createRunContext({ clock }), model).subscribe()
    clock.advance(500)
    expect(model.requests.map(({ joins }) => joins)).toEqual([true, undefined])
  })
  it.each([
    ['an error that will not pass', refused, {}, ['0 error no such model', '0 |']],
    ['one it is told to leave', busy, { on: () => false }, ['0 error busy', '0 |']],
    ['the last of its attempts', busy, { attempts: 1 }, ['0 error busy', '0 |']],
    ['a server that asks for more time than it may', asksFor(30_001), {}, ['0 error slow', '0 |']],
  ])('leaves %s as it is', (_, error, options, log) => {
    const run = call(mockModel(errorAnswer(error)), options)
    expect(run.log).toEqual(log)
    expect(run.clock.pending).toBe(0)
  })
  it('gives up after its attempts, with the last error', () => {
    const model = mockModel(errorAnswer(busy), errorAnswer(busy), errorAnswer(asksFor(0)), textAnswer('A'))
    const { log, clock } = call(model)
    clock.advance(60_000)
    expect(log).toEqual(['1500 error slow', '1500 |'])
    expect(model.requests).toHaveLength(3)
  })
  it('tries what it is told to try', () => {
    const { log, clock } = call(mockModel(errorAnswer(refused), textAnswer('A')), { on: ({ code }) => code === 'endpoint/provider-error' })
    clock.advance(500)
    expect(log).toContain('500 A')
  })
  it('waits as long as the server asks for', () => {
    const { log, clock } = call(mockModel(errorAnswer(asksFor(20_000)), textAnswer('A')))
    clock.advance(19_999)
    expect(log).toEqual([])
    clock.advance(1)
    expect(log).toContain('20000 A')
  })
  it.each([[0, 250], [0.5, 375], [1, 500]])('leaves half of a wait to chance: %d makes %d ms', (chance, waitMs) => {
    const { log, clock } = call(mockModel(errorAnswer(busy), textAnswer('A')), { random: () => chance })
    clock.advance(60_000)
    expect(log[0]).toBe(waitMs + ' A')
  })
  it('never waits longer than it may', () => {
    const { traces, clock } = call(mockModel(errorAnswer(busy)), { attempts: 8, backoff: { baseMs: 1000, factor: 3, maxMs: 5000 } })
    clock.advance(60_000)
    expect(traces.map(entry => (entry as [string, { waitMs: number }])[1].waitMs)).toEqual([1000, 3000, 5000, 5000, 5000, 5000, 5000])
  })
})

describe('an answer that broke off', () => {
  it('stays until the next attempt speaks, and is then taken back', () => {
    const { log, clock } = call(mockModel(errorAnswer(busy, 'half'), errorAnswer(busy), textAnswer('whole')))
    clock.advance(60_000)
    expect(log).toEqual(['0 half', '1500 reset busy', '1500 whole', '1500 usage', '1500 finish', '1500 |'])
  })
  it('stays for good if no attempt speaks again', () => {
    const { log, clock } = call(mockModel(errorAnswer(busy, 'half'), errorAnswer(busy)))
    clock.advance(60_000)
    expect(log).toEqual(['0 half', '1500 error busy', '1500 |'])
  })
  it('stays where it is not to be begun anew', () => {
    const { log } = call(mockModel(errorAnswer(busy, 'half')), { afterContent: 'fail' })
    expect(log).toEqual(['0 half', '0 error busy', '0 |'])
  })
  it('is taken for one also where the model just stops', () => {
    const { log, clock } = call(mockModel(textAnswer('half').slice(0, 1), textAnswer('whole')))
    clock.advance(500)
    expect(log.slice(0, 3)).toEqual(['0 half', '500 reset The model stopped before it had finished.', '500 whole'])
  })
  it('was paid all the same', () => {
    const usage = finish()[0]!
    const { log, clock } = call(mockModel([usage, { type: 'error', error: busy }], textAnswer('A')))
    clock.advance(500)
    expect(log).toEqual(['0 usage', '500 A', '500 usage', '500 finish', '500 |'])
  })
})

describe('leaving', () => {
  it('ends the wait at once when the run is cancelled, with the error it waited for', () => {
    const cancel = createCancel()
    const model = mockModel(errorAnswer(busy))
    const { log, clock } = call(model, {}, { cancel: cancel.signal })
    clock.advance(100)
    cancel.cancel()
    expect(log).toEqual(['100 error busy', '100 |'])
    expect([clock.pending, model.requests.length]).toEqual([0, 1])
  })
  it('leaves no timer behind', () => {
    const { clock, leave } = call(mockModel(errorAnswer(busy)))
    expect(clock.pending).toBe(1)
    leave()
    expect(clock.pending).toBe(0)
  })
  it('leaves the model', () => {
    let isLeft = false
    const model = mockModel(concat(of<ModelEvent>({ type: 'text-delta', delta: 'A' }), NEVER))
    const { leave } = call(Object.assign((...args: Parameters<ModelEndpoint>) => model(...args).pipe(finalize(() => (isLeft = true))), { info: model.info }))
    leave()
    expect(isLeft).toBe(true)
  })
})

describe('over a connection', () => {
  it('waits as long as the answer of the server says, then asks once more', () => {
    const clock = createTestClock(0)
    let asked = 0
    const platform = fakePlatform({
      onRequest({ options: { url }, handlers }) {
        if (!url.endsWith('/chat/completions')) return
        const isFirst = ++asked === 1
        const headers: Record<string, string> = isFirst ? { 'retry-after': '7' } : { 'content-type': 'text/event-stream' }
        const head = { status: isFirst ? 429 : 200, headers }
        handlers.onHead?.(head)
        const body = isFirst ? '{}' : 'data: {"choices":[{"delta":{"content":"好"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        handlers.onChunk?.(bytesOf(body)[0]!)
        handlers.onEnd(head)
      },
    })
    const model = openai({ connection: connect({ platform, url: 'https://api.example.com', providerKey: 'test', clock }), model: 'm' })
    const { log } = call(model, {}, { clock })
    clock.advance(6999)
    expect([log, asked]).toEqual([[], 1])
    clock.advance(1)
    expect(log.map(line => line.split(' ')[1])).toEqual(['好', 'finish', '|'])
    expect(asked).toBe(2)
  })
})

describe('in an agent', () => {
  it('leaves one answer, and the official verifier has nothing to say against how', () => {
    const clock = createTestClock()
    const agent = createAgent({ model: mockModel(errorAnswer(busy, '半'), textAnswer('整句')), modelMiddleware: [retry()] })
    const recording = record(agent, undefined, createRunContext({ clock }))
    clock.advance(10_000)
    const events = ended(recording)
    const texts = new Map<string, string>()
    for (const event of events) {
      if (event.type === 'TEXT_MESSAGE_CONTENT') texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.delta)
      if (event.type === 'CUSTOM' && event.name === 'sampan:step-reset') texts.delete(event.value.messageId)
    }
    expect([...texts.values()]).toEqual(['整句'])
  })
  it('runs a tool once, however often its model is called', () => {
    let effects = 0
    const clock = createTestClock()
    const model = mockModel(errorAnswer(busy), toolAnswer(['a', 'work', {}]), errorAnswer(busy), textAnswer('好'))
    const work = defineTool({ name: 'work', description: '', execute: () => ++effects })
    const ends: unknown[] = []
    createAgent({ model, tools: [work], modelMiddleware: [retry()] })(
      { threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '?' }], tools: [], context: [] },
      createRunContext({ clock }),
    ).subscribe(event => event.type === 'RUN_FINISHED' && ends.push(event.outcome))
    clock.advance(10_000)
    expect([effects, ends]).toEqual([1, [{ type: 'success' }]])
  })
})
