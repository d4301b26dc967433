import { describe, expect, it } from 'vitest'
import { cache, type CacheOptions } from './index.js'
import { retry } from '../retry.js'
import { run } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { createRunContext } from '../../context/run-context.js'
import type { KeyValueStore, ModelEndpoint, ModelEvent, ModelRequest } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import { memoryStorage } from '../../testkit/fake-platform.js'
import { errorAnswer, finish, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../../testkit/mock-model.js'
import { createTestClock } from '../../testkit/test-clock.js'

let counter = 0
/** A request as a thread makes it: other ids each time. */
function ask(content: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { messages: [{ id: 'user-' + ++counter, role: 'user', content }], logId: 'log-' + ++counter, ...more }
}
const hangs: KeyValueStore = { get() {}, set() {}, delete() {} }
const refuses: KeyValueStore = {
  get: (_, done) => done({ reason: 'quota', errMsg: 'no' }),
  set: (_, __, done) => done({ reason: 'quota', errMsg: 'full' }),
  delete() { throw new Error('thrown') },
}

function setUp(options: CacheOptions = {}, ...answers: MockAnswer[]) {
  const clock = createTestClock()
  const traces: unknown[] = []
  const model = mockModel(...(answers.length ? answers : [textAnswer('A', 'B'), textAnswer('C')]))
  const wrap = cache(options)
  const events = (request: ModelRequest, given = wrap, endpoint: ModelEndpoint = model): ModelEvent[] => {
    const seen: ModelEvent[] = []
    const context = createRunContext({ clock, trace: (name, { message }) => void traces.push([name, message]) })
    given(request, context, endpoint).subscribe(event => void seen.push(event))
    return seen
  }
  const texts = (...contents: string[]) => contents.map(content => events(ask(content)).map(event => (event.type === 'text-delta' ? event.delta : '')).join(''))
  return { clock, model, events, texts, traces, asked: () => model.requests.length }
}

describe('cache', () => {
  it('answers the same request again without the model, in one piece, at no cost', () => {
    const { events, asked } = setUp()
    events(ask('?'))
    expect(events(ask('?'))).toEqual([
      { type: 'text-delta', delta: 'AB' },
      { type: 'usage', usage: { provider: 'mock', model: 'mock', inputTokens: 0, outputTokens: 0 } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(asked()).toBe(1)
  })
  it('asks the model where the request is another', () => {
    const { events, asked } = setUp()
    const requests = [ask('?'), ask('!'), ask('?', { temperature: 0 }), ask('?', { tools: [{ name: 't', description: '' }] }), ask('?', { extra: { seed: 1 } })]
    requests.forEach(request => events(request))
    expect(asked()).toBe(requests.length)
  })
  it('takes order of fields and absent ones for nothing', () => {
    const { events, asked } = setUp()
    events({ ...ask('?'), temperature: undefined, extra: { a: 1, b: 2 } })
    events({ extra: { b: 2, a: 1 }, ...ask('?') })
    expect(asked()).toBe(1)
  })
  it('asks again when an answer has grown old', () => {
    const { texts, clock } = setUp({ ttlMs: 1000 })
    expect(texts('?')).toEqual(['AB'])
    clock.advance(999)
    expect(texts('?')).toEqual(['AB'])
    clock.advance(1)
    expect(texts('?')).toEqual(['C'])
  })
  it('drops the oldest answer when there are too many', () => {
    const stored = new Map<string, string>()
    const { texts, asked } = setUp({ maxEntries: 2, store: memoryStorage(stored) }, textAnswer('A'))
    texts('1', '2', '3', '2', '3')
    expect([asked(), stored.size]).toEqual([3, 3])
    texts('1')
    expect([asked(), stored.size]).toEqual([4, 3])
  })
  it('takes an answer that was asked for anew for a new one', () => {
    const { texts, asked, clock } = setUp({ maxEntries: 3, ttlMs: 1000 }, textAnswer('A'))
    texts('1', '2')
    clock.advance(1000)
    texts('1', '3', '1', '3')
    expect(asked()).toBe(4)
  })
  it('keeps what it knows in a store, for whoever comes after', () => {
    const store = memoryStorage(new Map())
    setUp({ store, maxEntries: 2 }).texts('?')
    const later = setUp({ store, maxEntries: 2 }, textAnswer('new'))
    expect(later.texts('?', '2', '3')).toEqual(['AB', 'new', 'new'])
    expect(setUp({ store }, textAnswer('newer')).texts('?', '3')).toEqual(['newer', 'new'])
  })
  it('keeps the answers of different models apart', () => {
    const store = memoryStorage(new Map())
    const { events, texts } = setUp({ store })
    texts('?')
    const other = Object.assign(mockModel(textAnswer('other')), { info: { provider: 'mock', model: 'other' } })
    expect(events(ask('?'), undefined, other)[0]).toEqual({ type: 'text-delta', delta: 'other' })
    expect(setUp({ store, name: 'mine' }, textAnswer('mine')).texts('?')).toEqual(['mine'])
  })
  it('keeps them apart with other middleware between', () => {
    const modelMiddleware = [cache({ store: memoryStorage(new Map()) }), retry()]
    const models = ['one', 'two'].map(model => Object.assign(mockModel(textAnswer(model)), { info: { provider: 'mock', model } }))
    models.forEach(model => run(createAgent({ model, modelMiddleware })))
    expect(models.map(({ requests }) => requests.length)).toEqual([1, 1])
  })
  it('drops what another cache has put into its store before', () => {
    const stored = new Map<string, string>()
    const store = memoryStorage(stored)
    const [one, two] = [setUp({ store, maxEntries: 2 }), setUp({ store, maxEntries: 2 })]
    one.texts('1')
    two.texts('2')
    one.texts('3')
    setUp({ store, maxEntries: 2 }).texts('4')
    expect(stored.size).toBe(2 + 1)
  })
  it('goes by the key it is told to, and looks nothing up without one', () => {
    const { texts } = setUp({ keyOf: ({ messages }) => (messages[0]!.content === '!' ? undefined : 'all') }, textAnswer('A'), textAnswer('B'), textAnswer('C'))
    expect(texts('1', '2', '!', '3', '!')).toEqual(['A', 'A', 'B', 'A', 'C'])
  })
})

describe('what is not kept', () => {
  const broken = new SampanError('transport/server', 'down', { retryable: true })
  const usage = finish()[0]!
  it.each<[string, ModelEvent[]]>([
    ['an error', errorAnswer(broken, 'half')],
    ['an answer that was cut', [{ type: 'text-delta', delta: 'A' }]],
    ['one that came to a limit', [{ type: 'text-delta', delta: 'A' }, usage, { type: 'finish', reason: 'length' }]],
    ['one that was filtered', [usage, { type: 'finish', reason: 'content-filter' }]],
    ['a call of a tool', toolAnswer(['a', 'work', {}])],
    ['a call of a tool whose end says stop', [{ type: 'tool-call-start', toolCallId: 'a', toolCallName: 'work' }, { type: 'finish', reason: 'stop' }]],
    ['no answer', finish()],
    ['a thought alone', [{ type: 'reasoning-delta', delta: 'hm' }, ...finish()]],
    ['an answer that is too long', textAnswer('x'.repeat(60), 'y'.repeat(60))],
  ])('%s', (_, answer) => {
    const { events, asked } = setUp({ maxChars: 100 }, answer)
    events(ask('?'))
    events(ask('?'))
    expect(asked()).toBe(2)
  })
  it('what was taken back', () => {
    const { events, texts } = setUp({}, [{ type: 'text-delta', delta: 'wrong' }, { type: 'reset', error: broken }, ...textAnswer('right')])
    events(ask('?'))
    expect(texts('?')).toEqual(['right'])
  })
  it('calls of tools are, where they are asked for', () => {
    const [startA, argsA, startB, argsB, ...end] = toolAnswer(['a', 'work', { n: 1 }], ['b', 'work', { n: 2 }])
    const { events, asked } = setUp({ toolCalls: true }, [startA!, startB!, argsA!, argsB!, ...end])
    const first = events(ask('?'))
    expect(events(ask('?')).filter(({ type }) => type !== 'usage')).toEqual(first.filter(({ type }) => type !== 'usage'))
    expect(asked()).toBe(1)
  })
})

describe('a store that fails', () => {
  it('is as good as none, and is told of', () => {
    const { texts, traces } = setUp({ store: refuses, maxEntries: 0 })
    expect(texts('?', '?')).toEqual(['AB', 'C'])
    expect(traces).toContainEqual(['cache-failed', 'no'])
    expect(traces).toContainEqual(['cache-failed', 'Error: thrown'])
  })
  it('that holds nonsense is asked in vain', () => {
    const store: KeyValueStore = { ...memoryStorage(new Map()), get: (_, done) => done(null, '{"version":2,"events":[]}') }
    expect(setUp({ store }).texts('?', '?')).toEqual(['AB', 'C'])
  })
  it('can be left while it thinks', () => {
    const { model } = setUp()
    const subscription = cache({ store: hangs })(ask('?'), createRunContext(), model).subscribe()
    subscription.unsubscribe()
    expect(model.requests).toEqual([])
  })
})
