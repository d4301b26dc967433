import { map } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { contextOf, endOf, ended, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AnyTool, ModelEvent, ToolContext } from '../contracts.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const findDrinks = defineTool({
  name: 'findDrinks',
  description: 'Searches the menu.',
  input: z.object({ keyword: z.string() }),
  execute: ({ keyword }) => [keyword],
})
const toolOf = (execute: (args: any, context: ToolContext) => unknown, more: object = {}): AnyTool => defineTool({ name: 'work', description: 'Works.', execute, ...more })
const callWork = toolAnswer(['c', 'work', {}])
/** Throws what is no Error, as hosts and tools do. */
const fail = (thrown: any): never => { throw thrown }
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
    expect(seen).toMatchObject({ toolCallId: 'c', idempotencyKey: expect.stringMatching(/^key-/), threadId: 'thread', runId: 'run-1' })
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
    ['a string it throws', () => fail('sold out'), 'Error: sold out', 'agent/tool-failed'],
    ['what a host throws', () => fail({ errMsg: 'chooseImage:fail cancel' }), 'Error: chooseImage:fail cancel', 'agent/tool-failed'],
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
  it.each([9, 10])('shortens it to %i characters at most and cuts none in two', maxResultChars => {
    const tool = toolOf(() => { throw new Error('😀😀') })
    expect(resultsOf(run(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [tool], maxResultChars })))[0]![1]).toBe('Error: 😀')
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
    expect(ledger.get('c')).toMatchObject({ toolName: 'work', state: 'done', result: 'ok', isError: undefined })
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
