import { map } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { contextOf, endOf, ended, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AnyTool, ModelEvent, ToolContext } from '../contracts.js'
import { finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const findDrinks = defineTool({
  name: 'findDrinks',
  description: 'Searches the menu.',
  input: z.object({ keyword: z.string() }),
  execute: ({ keyword }) => [keyword],
})
const toolOf = (execute: (args: any, context: ToolContext) => unknown, more: object = {}): AnyTool => defineTool({ name: 'work', description: 'Works.', execute, ...more })
const callWork = toolAnswer(['c', 'work', {}])
const flush = () => new Promise<void>(resolve => void setImmediate(resolve))

describe('tools', () => {
  it('run side by side, and the model is told in the order of their ends', async () => {
    const release: Record<string, (value: string) => void> = {}
    const model = mockModel(toolAnswer(['a', 'work', { n: 1 }], ['b', 'work', { n: 2 }]), textAnswer('好'))
    const wait = toolOf((_args, { toolCallId }) => new Promise(resolve => (release[toolCallId] = resolve)))
    const recording = record(createAgent({ model, tools: [wait] }))
    expect(Object.keys(release)).toEqual(['a', 'b'])
    release.b!('second')
    await flush()
    expect(resultsOf(recording.events)).toEqual([['b', 'second']])
    release.a!('first')
    await flush()
    expect(resultsOf(ended(recording))).toEqual([['b', 'second'], ['a', 'first']])
    expect(model.requests[1]!.messages.slice(1).map(message => message.role)).toEqual(['assistant', 'tool', 'tool'])
  })
  it('run inside the event that ends the answer when they need no time', () => {
    const letters: Record<string, string> = {
      RUN_STARTED: 'a', STEP_STARTED: 'b', TOOL_CALL_START: 's', TOOL_CALL_ARGS: 'd', TOOL_CALL_END: 'e', TOOL_CALL_RESULT: 'r',
      STEP_FINISHED: 'f', TEXT_MESSAGE_START: 't', TEXT_MESSAGE_CONTENT: 'c', TEXT_MESSAGE_END: 'x', RUN_FINISHED: 'z',
    }
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable, expectSubscriptions }) => {
      const said: Record<string, ModelEvent> = {
        s: { type: 'tool-call-start', toolCallId: 'c', toolCallName: 'findDrinks' },
        d: { type: 'tool-call-delta', toolCallId: 'c', delta: '{"keyword":"拿铁"}' },
        f: { type: 'finish', reason: 'tool-calls' },
        t: { type: 'text-delta', delta: '有' },
        e: { type: 'finish', reason: 'stop' },
      }
      const [call, answer] = [cold('-----s-d-f---', said), cold('-------t-------e---', said)]
      const run$ = createAgent({ model: mockModel(call, answer), tools: [findDrinks] })(question(), contextOf())
      expectObservable(run$.pipe(map(event => letters[event.type]))).toBe('(ab)-s-d-(erfb)-(tc)----(xfz|)')
      expectSubscriptions(call.subscriptions).toBe('^--------!')
      expectSubscriptions(answer.subscriptions).toBe('---------^--------------!')
    })
  })
  it('are told what a call is, for whoever they call in turn', () => {
    let seen: Partial<ToolContext> = {}
    run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf((_args, context) => void (seen = context))] }))
    expect(seen).toMatchObject({ toolCallId: 'c', idempotencyKey: 'c', threadId: 'thread', runId: 'run-1' })
    expect(seen.cancel!.isCancelled).toBe(false)
  })
  it('may change what follows in the same run: each call is new to the model', () => {
    const model = mockModel(callWork, toolAnswer(['d', 'work', {}]), textAnswer('好'))
    const events = run(createAgent({ model, tools: [toolOf(() => 1)] }))
    expect(typesOf(events).filter(type => type === 'STEP_STARTED')).toHaveLength(3)
    expect(resultsOf(events)).toEqual([['c', '1'], ['d', '1']])
  })
})

describe('what a tool answers', () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  it.each<[string, () => unknown, string, string?]>([
    ['text as it is', () => '三款', '三款'],
    ['a value as JSON', () => ({ n: 1 }), '{"n":1}'],
    ['nothing as null', () => undefined, 'null'],
    ['a function as null', () => () => 1, 'null'],
    ['an error it throws', () => { throw new Error('sold out') }, 'Error: sold out', 'agent/tool-failed'],
    // oxlint-disable-next-line no-throw-literal -- what apps and hosts do
    ['a string it throws', () => { throw 'sold out' }, 'Error: sold out', 'agent/tool-failed'],
    // oxlint-disable-next-line no-throw-literal -- what apps and hosts do
    ['what a host throws', () => { throw { errMsg: 'chooseImage:fail cancel' } }, 'Error: chooseImage:fail cancel', 'agent/tool-failed'],
    ['5 MB as too much', () => 'x'.repeat(5_000_000), 'Error: the tool returned 5000000 characters; at most 60000 fit.', 'agent/tool-result-too-large'],
    ['5 MB in a value as too much', () => ['x'.repeat(5_000_000)], 'Error: the tool returned 5000004 characters; at most 60000 fit.', 'agent/tool-result-too-large'],
    ['a circle as no JSON', () => circular, expect.stringContaining('no JSON') as never, 'agent/tool-result-invalid'],
    ['a then that throws', () => ({ get then() { throw new Error('no promise') } }), 'Error: no promise', 'agent/tool-failed'],
  ])('is told: %s', (_, execute, content, code) => {
    const events = run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(execute)] }))
    expect(resultsOf(events)).toEqual([code ? ['c', content, code] : ['c', content]])
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it.each<[string, () => unknown, string[]]>([
    ['a promise', () => Promise.resolve({ n: 1 }), ['c', '{"n":1}']],
    ['a rejection', () => Promise.reject(new Error('sold out')), ['c', 'Error: sold out', 'agent/tool-failed']],
    ['a rejection with nothing', () => Promise.reject(), ['c', 'Error: undefined', 'agent/tool-failed']],
    ['a promise of a circle', () => Promise.resolve(circular), ['c', expect.stringContaining('no JSON') as never, 'agent/tool-result-invalid']],
  ])('is waited for: %s', async (_, execute, result) => {
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(execute)] }))
    await flush()
    expect(resultsOf(ended(recording))).toEqual([result])
  })
  it('is checked where the tool says what it returns', () => {
    const output = z.object({ price: z.number() })
    const results = (value: unknown) => resultsOf(run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => value, { output })] })))
    expect(results({ price: 12 })).toEqual([['c', '{"price":12}']])
    expect(results({ price: '12 yuan' })[0]).toEqual(['c', expect.stringMatching(/price: .*expected number/), 'agent/tool-result-invalid'])
  })
  it('is an error where the check itself throws, also late', async () => {
    const output = { '~standard': { version: 1 as const, vendor: 'mine', validate: () => { throw new Error('bad check') } } }
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => Promise.resolve(1), { output })] }))
    await flush()
    expect(resultsOf(ended(recording))).toEqual([['c', expect.stringContaining('bad check'), 'agent/tool-result-invalid']])
  })
  it('counts once, however often it comes', () => {
    const often = () => ({ then(done: (value: unknown) => void, failed: (error: unknown) => void) { done(1); done(2); failed(3) } })
    expect(resultsOf(run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(often)] })))).toEqual([['c', '1']])
  })
  it('shortens what it throws', () => {
    const tool = toolOf(() => { throw new Error('x'.repeat(5_000_000)) })
    expect(resultsOf(run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [tool], maxResultChars: 100 })))[0]![1]).toHaveLength(100)
  })
})

describe('time', () => {
  it('runs out for a tool that hangs: it is told, and the run goes on without it', async () => {
    const clock = createTestClock()
    const order: string[] = []
    let answer: (value: string) => void = () => {}
    const hang = toolOf((_args, { cancel }) => {
      cancel.onCancel(() => void order.push('told'))
      return new Promise<string>(resolve => (answer = resolve))
    }, { timeoutMs: 500 })
    const model = mockModel(callWork, () => (order.push('asked'), textAnswer('好')))
    const recording = record(createAgent({ model, tools: [hang] }), question(), contextOf({ clock }))
    clock.advance(499)
    expect(resultsOf(recording.events)).toEqual([])
    clock.advance(1)
    expect(resultsOf(ended(recording))).toEqual([['c', 'Error: the tool did not answer within 500 ms.', 'agent/tool-timeout']])
    expect(order).toEqual(['told', 'asked'])
    const length = recording.events.length
    answer('late')
    await flush()
    expect(recording.events).toHaveLength(length)
  })
  it('is 60 seconds unless told otherwise, and no timer is left', async () => {
    const clock = createTestClock()
    const recording = record(createAgent({ model: mockModel(toolAnswer(['a', 'work', { n: 1 }], ['b', 'work', { n: 2 }]), textAnswer('好')), tools: [toolOf(args => (args.n === 1 ? Promise.resolve(1) : new Promise(() => {})))] }), question(), contextOf({ clock }))
    await flush()
    expect(clock.pending).toBe(1)
    clock.advance(60_000)
    ended(recording)
    expect(clock.pending).toBe(0)
  })
  it.each([[Infinity], [2 ** 31]])('does not run out at once where a host could not count that far: %d ms', timeoutMs => {
    const clock = createTestClock()
    record(createAgent({ model: mockModel(callWork), tools: [toolOf(() => new Promise(() => {}), { timeoutMs })] }), question(), contextOf({ clock }))
    expect(clock.pending).toBe(0)
  })
})

describe('a call that does not fit', () => {
  const effects: unknown[] = []
  const order = defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), execute: args => void effects.push(args) })
  const empty = defineTool({ name: 'empty', description: 'Takes nothing.', execute: args => void effects.push(args) })
  const agentFor = (answer: ModelEvent[]) => createAgent({ model: mockModel(answer, textAnswer('好')), tools: [order, empty] })

  it.each<[string, ModelEvent[], string, RegExp]>([
    ['a tool nobody has', toolAnswer(['c', 'brew', {}]), 'agent/tool-unknown', /Tools: order, empty\./],
    ['arguments of the wrong type', toolAnswer(['c', 'order', { drink: 7 }]), 'agent/tool-arguments-invalid', /drink: .*expected string/],
    ['arguments missing', toolAnswer(['c', 'order', '']), 'agent/tool-arguments-invalid', /drink: .*expected string/],
    ['no JSON', toolAnswer(['c', 'order', '{"drink":']), 'agent/tool-arguments-invalid', /no JSON/],
    ['a list', toolAnswer(['c', 'empty', [1]]), 'agent/tool-arguments-invalid', /no JSON object/],
    ['null', toolAnswer(['c', 'empty', null]), 'agent/tool-arguments-invalid', /no JSON object/],
    ['half a call at the length limit', [...toolAnswer(['c', 'order', '{"drink":"拿']).slice(0, -2), ...finish('length')], 'agent/tool-arguments-cut', /cut off/],
    ['a call whose arguments never began at the length limit', [...toolAnswer(['c', 'empty', '']).slice(0, -2), ...finish('length')], 'agent/tool-arguments-cut', /cut off/],
    ['a whole call under the filter', [...toolAnswer(['c', 'order', { drink: '拿铁' }]).slice(0, -2), ...finish('content-filter')], 'agent/tool-arguments-cut', /cut off/],
  ])('is told and never executed: %s', (_, answer, code, words) => {
    effects.length = 0
    const events = run(agentFor(answer))
    expect(resultsOf(events)).toEqual([['c', expect.stringMatching(words), code]])
    expect(effects).toEqual([])
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it('is executed at the length limit where it is whole, beside one that is cut', () => {
    effects.length = 0
    const both = toolAnswer(['a', 'order', { drink: '拿铁' }], ['b', 'order', '{"drink":"美']).slice(0, -2)
    expect(resultsOf(run(agentFor([...both, ...finish('length')]))).map(result => result[2])).toEqual([undefined, 'agent/tool-arguments-cut'])
    expect(effects).toEqual([{ drink: '拿铁' }])
  })
  it('may leave out arguments where the tool takes none', () => {
    effects.length = 0
    run(agentFor(toolAnswer(['c', 'empty', ''])))
    expect(effects).toEqual([{}])
  })
  it('ends the run where a check can only answer later: nothing may be waited for in a tap', () => {
    const late = defineTool({ name: 'late', description: '', input: z.object({ a: z.optional(z.string()) }).check(z.refine(async () => true)), execute: () => 1 })
    expect(endOf(run(createAgent({ model: mockModel(toolAnswer(['c', 'late', {}])), tools: [late] })))).toMatchObject({ type: 'RUN_ERROR' })
  })
})

describe('ids of a bad provider', () => {
  const effects: unknown[] = []
  const work = toolOf(args => (effects.push(args), args.n))
  const start = (id: string, name = 'work'): ModelEvent => ({ type: 'tool-call-start', toolCallId: id, toolCallName: name })
  const args = (id: string, delta: string): ModelEvent => ({ type: 'tool-call-delta', toolCallId: id, delta })
  const runWith = (...answers: ModelEvent[][]) => {
    effects.length = 0
    return run(createAgent({ model: mockModel(...answers, textAnswer('好')), tools: [work] }))
  }

  it('that come again in the next answer name another call', () => {
    const events = runWith(toolAnswer(['call_0', 'work', { n: 1 }]), toolAnswer(['call_0', 'work', { n: 2 }]))
    expect(effects).toEqual([{ n: 1 }, { n: 2 }])
    const ids = resultsOf(events).map(([id]) => id)
    expect(ids[0]).toBe('call_0')
    expect(ids[1]).toMatch(/^call-/)
  })
  it('that the conversation already has name another call', () => {
    effects.length = 0
    const messages = [
      { id: 'a', role: 'assistant' as const, toolCalls: [{ id: 'call_0', type: 'function' as const, function: { name: 'work', arguments: '{}' } }] },
      { id: 't', role: 'tool' as const, toolCallId: 'call_0', content: 'old' },
      { id: 'u', role: 'user' as const, content: '再来' },
    ]
    const model = mockModel(toolAnswer(['call_0', 'work', { n: 2 }]), textAnswer('好'))
    const events = run(createAgent({ model, tools: [work] }), question({ messages }))
    expect(resultsOf(events)[0]![0]).toMatch(/^call-/)
    const told = model.requests[1]!.messages.flatMap(message => (message.role === 'tool' ? [message.toolCallId] : []))
    expect(new Set(told).size).toBe(2)
  })
  it('that two calls of one answer share keep the calls apart', () => {
    runWith([start('x'), args('x', '{"n":1}'), start('x'), args('x', '{"n":2}'), ...finish('tool-calls')])
    expect(effects).toEqual([{ n: 1 }, { n: 2 }])
  })
  it('do no harm where a head comes twice, or a tail without a head', () => {
    const events = runWith([start('x'), start('x'), args('x', '{"n":1}'), args('y', '{"n":3}'), ...finish('tool-calls')])
    expect(effects).toEqual([{ n: 1 }])
    expect(typesOf(events).filter(type => type === 'TOOL_CALL_START')).toHaveLength(1)
  })
  it('that are empty are replaced', () => {
    const events = runWith(toolAnswer(['', 'work', { n: 1 }]))
    expect(resultsOf(events)[0]![0]).toMatch(/^call-/)
  })
  it('never execute a call that every event of came twice', () => {
    const twice = toolAnswer(['x', 'work', { n: 1 }]).flatMap(event => [event, event])
    const events = runWith(twice)
    expect(effects).toEqual([])
    expect(resultsOf(events)[0]![2]).toBe('agent/tool-arguments-invalid')
  })
})

describe('tools of whoever started the run', () => {
  const theirs = { name: 'openMap', description: 'Opens a map.', parameters: { type: 'object' } }
  it('are offered to the model and left to the caller', () => {
    const model = mockModel(toolAnswer(['c', 'openMap', {}], ['d', 'findDrinks', { keyword: 'x' }]))
    const events = run(createAgent({ model, tools: [findDrinks] }), question({ tools: [theirs, { ...theirs, name: 'findDrinks' }] }))
    expect(model.requests[0]!.tools!.map(tool => tool.name)).toEqual(['findDrinks', 'openMap'])
    expect(resultsOf(events).map(([id]) => id)).toEqual(['d'])
    expect(endOf(events).outcome).toEqual({ type: 'success', pendingToolCallIds: ['c'] })
  })
})

describe('the ledger', () => {
  it('has an entry before the effect, and the result after it', () => {
    const ledger = loggingLedger()
    run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => (ledger.note('effect'), 'ok'))] }), question(), contextOf({ ledger }))
    expect(ledger.log).toEqual(['c executing', 'effect', 'c done'])
    expect(ledger.get('c')).toMatchObject({ toolName: 'work', state: 'done', result: 'ok' })
  })
  it('is waited for where it needs time to write', async () => {
    const log: string[] = []
    const ledger = { get: () => undefined, put: async ({ state }: { state: string }) => { log.push('begin ' + state); await flush(); log.push('end ' + state) } }
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => void log.push('effect'))] }), question(), contextOf({ ledger }))
    for (let i = 0; i < 4; i++) await flush()
    ended(recording)
    expect(log.slice(0, 3)).toEqual(['begin executing', 'end executing', 'effect'])
  })
  it.each<[string, () => void | Promise<void>]>([
    ['throws', () => { throw new Error('disk full') }],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('keeps a tool from running where it %s before the effect', async (_, put) => {
    let effects = 0
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => ++effects)] }), question(), contextOf({ ledger: { get: () => undefined, put } }))
    await flush()
    expect(resultsOf(ended(recording))).toEqual([['c', 'Error: disk full', 'agent/tool-failed']])
    expect(effects).toBe(0)
  })
  it('undoes nothing where it fails after the effect', async () => {
    const traces: string[] = []
    const put = ({ state }: { state: string }) => (state === 'done' ? Promise.reject(new Error('disk full')) : undefined)
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [toolOf(() => 'ok')] }), question(), contextOf({ ledger: { get: () => undefined, put }, trace: name => void traces.push(name) }))
    await flush()
    expect(resultsOf(ended(recording))).toEqual([['c', 'ok']])
    expect(traces).toContain('ledger-failed')
  })
  it('knows a call that comes a second time, in an answer that is read again', () => {
    let effects = 0
    const context = contextOf({ ledger: loggingLedger() })
    const agent = createAgent({ model: mockModel(callWork, textAnswer('好'), callWork, textAnswer('好')), tools: [toolOf(() => ++effects)] })
    run(agent, question(), context)
    expect(resultsOf(run(agent, question({ runId: 'again' }), context))).toEqual([['c', '1']])
    expect(effects).toBe(1)
  })
})
