import fc from 'fast-check'
import { Observable, of, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { budget, budgetEn, countStore, type BudgetOptions } from './index.js'
import { answers, asked, contextOf, endOf, historyOf, question, record, run } from '../../agent/__fixtures__/runs.js'
import { agentTool } from '../../agent/agent-tool.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import { createCancel } from '../../context/cancel.js'
import type { KeyValueStore, ModelEvent, RunContext, RunInput, RunMiddleware } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import type { TokenUsage } from '../../protocol/messages.js'
import { createThread } from '../../thread/create-thread.js'
import { deviceStore } from '../../thread/device-store.js'
import { fakePlatform, memoryStorage } from '../../testkit/fake-platform.js'
import { finish, mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'
import { createTestClock } from '../../testkit/test-clock.js'

const prices = { 'mock/mock': { input: 1, output: 2, currency: 'CNY' } }
const STEP_TOKENS = 15
const STEP_COST = 20 / 1e6

/** An agent that calls its tool in each of so many steps, then answers. Each step uses 15 tokens. */
function setUp(options: BudgetOptions, toolSteps = 9, stepMs = 0) {
  const clock = createTestClock()
  const work = defineTool({ name: 'work', description: '', replay: 'idempotent', execute: () => (clock.advance(stepMs), 'done') })
  let calls = 0
  const step = () => (calls++ < toolSteps ? toolAnswer(['call-' + calls, 'work', {}]) : textAnswer('好'))
  const model = mockModel(step)
  const agent = createAgent({ model, tools: [work], middleware: [budget(options)], maxSteps: 50 })
  let ids = 0
  const context = (parts: Partial<RunContext> = {}) => contextOf({ clock, ids: kind => kind + '-' + ++ids, ...parts })
  return { agent, model, clock, context, start: (input: RunInput = question()) => run(agent, input, context()), steps: () => model.requests.length }
}
/** The run that answers the only question of another, with the state that one left. */
function resume(events: readonly AgentEvent[], payload: unknown, runId = 'run-next'): RunInput {
  return answers(events, { [asked(events)[0]!.id]: payload }, { runId, state: stateOf(events) })
}
const stateOf = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'STATE_SNAPSHOT' ? [event.snapshot] : [])).pop()
const warningsOf = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'CUSTOM' && event.name === 'sampan:budget-warned' ? [event.value] : []))
const outcomeOf = (events: readonly AgentEvent[]) => endOf(events).outcome?.type

describe('a limit per run', () => {
  it.each<[string, BudgetOptions, number, number]>([
    ['tokens', { run: { tokens: 40 } }, 3, 45],
    ['cost', { run: { cost: 2 * STEP_COST }, prices }, 2, 2 * STEP_COST],
    ['steps', { run: { steps: 4 } }, 4, 4],
    ['toolCalls', { run: { toolCalls: 2 } }, 2, 2],
    ['wallMs', { run: { wallMs: 250 } }, 3, 300],
  ])('of %s is asked about before the step that would go beyond', (limit, options, steps, used) => {
    const { start, steps: made } = setUp(options, 9, 100)
    const events = start()
    expect(made()).toBe(steps)
    expect(asked(events)).toEqual([expect.objectContaining({
      id: 'budget-run-1',
      reason: 'sampan:budget',
      message: expect.stringContaining('本次回答'),
      metadata: { sampan: { budget: { scope: 'run', limit, used: expect.closeTo(used, 12), of: Object.values(options.run!)[0] } } },
      responseSchema: expect.objectContaining({ required: ['approved'] }),
    })])
  })
  it('is no concern of a run that stays below, nor of one that ends with the step that goes beyond', () => {
    expect(outcomeOf(setUp({ run: { tokens: 100 } }, 2).start())).toBe('success')
    expect(outcomeOf(setUp({ run: { tokens: 1 } }, 0).start())).toBe('success')
  })
  it('begins anew with the next run', () => {
    const { start } = setUp({ run: { tokens: 20 } }, 1)
    expect([outcomeOf(start()), outcomeOf(start())]).toEqual(['success', 'success'])
  })
  it('leaves what was said where it is', () => {
    expect(historyOf(setUp({ run: { steps: 1 } }).start()).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })
  it('asks in the words it is given', () => {
    expect(asked(setUp({ run: { steps: 1 }, words: budgetEn }).start())[0]!.message).toBe('The limit of steps for this answer is reached. Go on?')
  })
  it('does not replace the limit of whoever gave the context', () => {
    const { agent, context } = setUp({ run: { tokens: 100 } })
    const charged: TokenUsage[] = []
    const outer = { charge: (usage: TokenUsage) => void charged.push(usage), exhausted: () => (charged.length > 1 ? 'outer' : undefined) }
    const events = run(agent, question(), context({ budget: outer }))
    expect([asked(events)[0]!.message, asked(events)[0]!.metadata, charged.length]).toEqual(['outer', undefined, 2])
  })
})

describe('answering', () => {
  it('with more goes on for that much, on top of what was used', () => {
    const { start, steps } = setUp({ run: { tokens: 40 } })
    const second = start(resume(start(), { approved: true, more: { tokens: 2 * STEP_TOKENS } }))
    expect([outcomeOf(second), steps()]).toEqual(['interrupt', 5])
    const third = start(resume(second, { approved: true, more: { tokens: 1000 } }))
    expect([outcomeOf(third), steps()]).toEqual(['success', 10])
  })
  it('with ever so little goes on by a step', () => {
    const { start, steps } = setUp({ run: { tokens: 40 } })
    start(resume(start(), { approved: true, more: { tokens: 1 } }))
    expect(steps()).toBe(4)
  })
  it('with a yes alone grants the same once more', () => {
    const { start, steps } = setUp({ run: { steps: 2, tokens: 1000 } })
    expect(outcomeOf(start(resume(start(), { approved: true })))).toBe('interrupt')
    expect(steps()).toBe(4)
  })
  it('with too little is asked again', () => {
    const { start, steps } = setUp({ run: { tokens: 10, steps: 1 } })
    expect(asked(start(resume(start(), { approved: true, more: { tokens: 100 } })))[0]!.metadata!.sampan.budget).toMatchObject({ limit: 'steps' })
    expect(steps()).toBe(1)
  })
  it.each([[{ approved: false }], [undefined], [{ more: { tokens: 1 } }]])('with %j ends the run, without another step', payload => {
    const { start, steps } = setUp({ run: { steps: 1 } })
    expect(outcomeOf(start(resume(start(), payload)))).toBe('cancelled')
    expect(steps()).toBe(1)
  })
  it('another question does not begin the count anew', () => {
    const ask = defineTool({ name: 'ask', description: '', approval: 'ask', execute: () => 'done' })
    let n = 0
    const model = mockModel(() => toolAnswer(['call-' + ++n, 'ask', {}]))
    const agent = createAgent({ model, tools: [ask], middleware: [budget({ run: { steps: 2 } })] })
    const context = contextOf()
    let events = run(agent, question(), context)
    events = run(agent, answers(events, { 'approve-call-1': { approved: true } }, { runId: 'run-2', state: stateOf(events) }), context)
    events = run(agent, answers(events, { 'approve-call-2': { approved: true } }, { runId: 'run-3', state: stateOf(events) }), context)
    expect([asked(events)[0]!.id, model.requests.length]).toEqual(['budget-run-3', 2])
  })
  it('time in which a person was asked does not count', () => {
    const { start, clock, steps } = setUp({ run: { wallMs: 250, steps: 2 } }, 9, 100)
    const first = start()
    clock.advance(3600_000)
    expect(asked(start(resume(first, { approved: true, more: { steps: 5 } })))[0]!.metadata!.sampan.budget).toMatchObject({ limit: 'wallMs', used: 300 })
    expect(steps()).toBe(3)
  })
  it('works from a thread, and what was said stands there', () => {
    const { agent, clock } = setUp({ run: { steps: 1 } }, 1)
    const thread = createThread({ agent, platform: fakePlatform(), id: 't', store: deviceStore(), clock })
    thread.send('来一杯')
    expect(thread.state.status).toBe('waiting')
    thread.answer(thread.state.interrupts[0]!.id, { approved: true, more: { steps: 3 } })
    expect([thread.state.status, thread.state.messages.at(-1)!.parts.map(({ type }) => type)]).toEqual(['idle', ['tool-call', 'text']])
  })
})

describe('an agent that works for another', () => {
  /** A manager whose only tool is a worker that takes three steps. Answers questions until the end, and says which there were. */
  function ask(outer: BudgetOptions, inner: BudgetOptions) {
    const worker = setUp(inner, 2)
    const model = mockModel(toolAnswer(['ask', 'worker', { request: 'work' }]), textAnswer('好'))
    const tool = agentTool({ agent: worker.agent, name: 'worker', description: '' })
    const agent = createAgent({ model, tools: [tool], middleware: [budget(outer)] })
    const context = contextOf({ clock: worker.clock })
    let events = run(agent, question(), context)
    const seen: unknown[] = []
    for (let i = 2; asked(events).length && i < 9; i++) {
      seen.push(asked(events)[0]!.metadata!.sampan.budget)
      events = run(agent, resume(events, { approved: true, more: { steps: 1 } }, 'run-' + i), context)
    }
    return { seen, outcome: outcomeOf(events) }
  }
  it('uses up what the other may use, and goes on with more', () => {
    const { seen, outcome } = ask({ run: { steps: 2 } }, {})
    expect([seen, outcome]).toEqual([[2, 3, 4].map(of => ({ scope: 'run', limit: 'steps', used: of, of })), 'success'])
  })
  it('has limits of its own: more for it is not more for the other', () => {
    const { seen, outcome } = ask({ run: { steps: 4 } }, { run: { steps: 1 } })
    expect([seen, outcome]).toEqual([[1, 2, 4].map(of => ({ scope: 'run', limit: 'steps', used: of, of })), 'success'])
  })
})

describe('limits that outlive a run', () => {
  it('of a thread hold for that thread only, whoever comes after', () => {
    const store = countStore(memoryStorage(new Map()))
    const options: BudgetOptions = { thread: { steps: 3 }, store }
    expect(outcomeOf(setUp(options, 1).start())).toBe('success')
    const later = setUp(options, 1)
    expect([outcomeOf(later.start()), later.steps()]).toEqual(['interrupt', 1])
    expect(outcomeOf(later.start(question({ threadId: 'other' })))).toBe('success')
  })
  it('are each user’s own where a gateway serves several, for all of their runs', () => {
    const { agent, context } = setUp({ day: { steps: 1 }, thread: { steps: 1 }, store: countStore(memoryStorage(new Map())) }, 0)
    const outcomes = ['anna', 'bert', 'anna', undefined].map(userId => outcomeOf(run(agent, question(), context({ userId }))))
    expect(outcomes).toEqual(['success', 'success', 'interrupt', 'success'])
  })
  it('of a day end with it', () => {
    const { start, clock, steps } = setUp({ day: { steps: 2 }, store: countStore(memoryStorage(new Map())) }, 0)
    start()
    start(question({ threadId: 'other' }))
    expect([outcomeOf(start()), steps()]).toEqual(['interrupt', 2])
    clock.advance(24 * 3600_000)
    expect(outcomeOf(start())).toBe('success')
  })
  it('can be raised for one answer, and stay as they are', () => {
    const { start, steps } = setUp({ day: { steps: 1 }, store: countStore(memoryStorage(new Map())) }, 2)
    expect(outcomeOf(start(resume(start(), { approved: true, more: { steps: 5 } })))).toBe('success')
    expect([steps(), outcomeOf(start())]).toEqual([3, 'interrupt'])
  })
  it('wait for a slow store before the first step, and not where a tap has to reach the host', () => {
    const waiting: (() => void)[] = []
    const stored = memoryStorage(new Map([['sampan/budget/thread/thread', '{"version":1,"counts":{"steps":5},"warned":[]}']]))
    const slow: KeyValueStore = { ...stored, get: (key, done) => void waiting.push(() => stored.get(key, done)) }
    const fresh = setUp({ thread: { steps: 5 }, store: countStore(slow) }, 0)
    const recording = record(fresh.agent, question(), fresh.context())
    expect([recording.events, fresh.steps()]).toEqual([[], 0])
    waiting.shift()!()
    expect([outcomeOf(recording.events), fresh.steps()]).toEqual(['interrupt', 0])
    const tapped = setUp({ thread: { steps: 5 }, store: countStore(slow) }, 0)
    record(tapped.agent, question({ resume: [{ interruptId: 'approve-a', status: 'resolved', payload: { approved: true } }] }), tapped.context())
    expect(tapped.steps()).toBe(1)
    waiting.shift()!()
    expect(outcomeOf(tapped.start())).toBe('interrupt')
  })
  it.each<[string, KeyValueStore]>([
    ['refuses', { get: (_, done) => done({ reason: 'denied', errMsg: 'no' }), set: (_, __, done) => done({ reason: 'quota', errMsg: 'no' }), delete() {} }],
    ['throws', { get() { throw new Error('no') }, set() { throw new Error('no') }, delete() {} }],
    ['holds nonsense', { get: (_, done) => done(null, '[7'), set: (_, __, done) => done(null), delete() {} }],
  ])('go on with what is known where a store %s', (_, store) => {
    const { start, steps } = setUp({ thread: { steps: 2 }, store: countStore(store) }, 0)
    expect([start(), start(), start()].map(outcomeOf)).toEqual(['success', 'success', 'interrupt'])
    expect(steps()).toBe(2)
  })
  it('need a store', () => {
    expect(() => budget({ day: { tokens: 1 } })).toThrow('needs a store')
  })
})

describe('a warning', () => {
  it('is given once, at its share of a limit', () => {
    expect(warningsOf(setUp({ run: { tokens: 100 } }, 5).start())).toEqual([{ limit: 'run.tokens', used: 90, of: 100, message: '本次回答的 token 用量已用 90%。' }])
    expect(warningsOf(setUp({ run: { tokens: 100 }, warnAt: 0.4 }, 5).start())).toMatchObject([{ used: 45 }])
    expect(warningsOf(setUp({ run: { tokens: 1000 } }, 5).start())).toEqual([])
  })
  it('comes before the end, also of a run that ends with that step', () => {
    const events = setUp({ run: { tokens: 16 } }, 0).start()
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['CUSTOM', 'RUN_FINISHED'])
  })
  it('is not given again in the next run of a thread, and once more of a limit that was raised', () => {
    const { start } = setUp({ thread: { steps: 5 }, store: countStore(memoryStorage(new Map())) }, 0)
    expect([1, 2, 3, 4, 5].map(() => warningsOf(start()).length)).toEqual([0, 0, 0, 1, 0])
    const raised = setUp({ run: { steps: 2 } })
    const first = raised.start()
    expect([warningsOf(first).length, warningsOf(raised.start(resume(first, { approved: true }))).length]).toEqual([1, 1])
  })
})

describe('two budgets of one agent', () => {
  it('keep their counts apart where a person is asked, and each may be given more', () => {
    const ask = defineTool({ name: 'ask', description: '', approval: 'ask', execute: () => 1 })
    const model = mockModel(toolAnswer(['a', 'ask', {}]), toolAnswer(['b', 'ask', {}]), toolAnswer(['c', 'ask', {}]), textAnswer('好'))
    const agent = createAgent({ model, tools: [ask], middleware: [budget({ run: { tokens: 45 } }), budget({ run: { steps: 2 } })] })
    const context = contextOf()
    let events = run(agent, question(), context)
    const limits: unknown[] = []
    for (let i = 2; asked(events).length && i < 9; i++) {
      limits.push(asked(events)[0]!.metadata!.sampan.budget?.limit)
      events = run(agent, resume(events, { approved: true }, 'run-' + i), context)
    }
    expect([limits, outcomeOf(events)]).toEqual([[undefined, undefined, 'steps', undefined, 'tokens'], 'success'])
  })
})

describe('cost', () => {
  it('of a model without a price is asked about also where a person has allowed more of something else', () => {
    const { start } = setUp({ run: { cost: 1, steps: 1 }, prices: {} }, 3)
    const first = start()
    expect(asked(first)[0]!.metadata!.sampan.budget).toMatchObject({ limit: 'steps' })
    expect(asked(start(resume(first, { approved: true, more: { steps: 9 } })))[0]!.metadata!.sampan.budget).toEqual({ unpriced: 'mock/mock' })
  })

  it('of a model without a price is not 0: the person is asked whether to go on without the limit', () => {
    const { start } = setUp({ run: { cost: 1 }, prices: {} }, 3)
    const first = start()
    expect(asked(first)[0]).toMatchObject({ message: expect.stringContaining('mock/mock'), metadata: { sampan: { budget: { unpriced: 'mock/mock' } } } })
    expect(outcomeOf(start(resume(first, { approved: true })))).toBe('success')
  })
  it.each<[string, BudgetOptions, string]>([
    ['in another currency is as good as unknown', { run: { cost: 1 }, prices: { 'mock/mock': { input: 1, output: 1, currency: 'USD' } } }, 'interrupt'],
    ['of a model whoever answers for it is known', { run: { cost: 1 }, prices: { mock: { input: 1, output: 1, currency: 'CNY' } } }, 'success'],
    ['in the currency of the budget is known', { run: { cost: 1 }, currency: 'USD', prices: { 'mock/mock': { input: 1, output: 1, currency: 'USD' } } }, 'success'],
    ['that is not known can be ignored', { run: { cost: 1 }, unknownPrice: 'ignore' }, 'success'],
    ['that is not limited need not be known', { run: { tokens: 1000 } }, 'success'],
  ])('%s', (_, options, outcome) => {
    expect(outcomeOf(setUp(options, 3).start())).toBe(outcome)
  })
})

describe('a provider that tells no usage', () => {
  const silent = (events: ModelEvent[]) => events.filter(({ type }) => type !== 'usage')
  const work = defineTool({ name: 'work', description: '', execute: () => 'ok' })
  const silentRun = (options: BudgetOptions, more: Partial<RunInput> = {}) =>
    run(createAgent({ model: mockModel(silent(toolAnswer(['a', 'work', {}])), silent(textAnswer('好的，做完了'))), tools: [work], middleware: [budget(options)] }), question(more))
  it('is taken to have used what the texts may be, which the end says', () => {
    const { metadata, usage } = endOf(silentRun({ run: { tokens: 100 } }))
    expect(metadata!.sampan).toMatchObject({ estimated: true, estimatedUsage: [{ inputTokens: 5, outputTokens: 1 }, { inputTokens: 6, outputTokens: 6 }] })
    expect(usage).toEqual([])
  })
  it('comes to its limit all the same', () => {
    expect(asked(silentRun({ run: { tokens: 6 } }))[0]!.metadata!.sampan.budget).toMatchObject({ used: 6 })
  })
  it('costs what a model costs that it is taken for', () => {
    expect(outcomeOf(silentRun({ run: { cost: 1 }, prices, estimateAs: 'mock/mock' }))).toBe('success')
    expect(outcomeOf(silentRun({ run: { cost: 1 }, prices }))).toBe('interrupt')
  })
  it('is not taken to have used anything where it said nothing', () => {
    const error: ModelEvent = { type: 'error', error: Object.assign(new Error('offline'), { name: 'SampanError', code: 'transport/offline' }) as never }
    expect(endOf(run(createAgent({ model: mockModel([error]), middleware: [budget({ run: { tokens: 9 } })] }))).metadata).toBeUndefined()
  })
  it('that tells at the end is believed, and nothing is guessed', () => {
    const remote: AgentEvent[] = [
      { type: 'RUN_STARTED', threadId: 'thread', runId: 'run-1' },
      { type: 'STEP_STARTED', stepName: 's' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '好的' },
      { type: 'STEP_FINISHED', stepName: 's' },
      { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run-1', usage: [{ provider: 'mock', model: 'mock', inputTokens: 70, outputTokens: 30 }] },
    ]
    const stored = new Map<string, string>()
    const wrap: RunMiddleware = budget({ thread: { tokens: 1000 }, store: countStore(memoryStorage(stored)) })
    const seen: AgentEvent[] = []
    wrap(question(), contextOf(), () => of(...remote)).subscribe(event => void seen.push(event))
    expect(endOf(seen).metadata).toBeUndefined()
    expect(JSON.parse(stored.get('sampan/budget/thread/thread')!).counts).toMatchObject({ tokens: 100, steps: 1 })
  })
})

describe('cancelling', () => {
  it('does not make free what had been said, where usage only comes with the end', () => {
    const stored = new Map<string, string>()
    const cancel = createCancel()
    const answer = new Subject<ModelEvent>()
    record(createAgent({ model: mockModel(answer), middleware: [budget({ day: { tokens: 99 }, store: countStore(memoryStorage(stored)) })] }), question(), contextOf({ cancel: cancel.signal }))
    answer.next({ type: 'text-delta', delta: '说了很多' })
    void cancel.cancel()
    expect(JSON.parse(stored.get('sampan/budget/day')!).counts).toMatchObject({ tokens: 5 + 4, steps: 1 })
  })
})

describe('leaving', () => {
  it('stores what was used, and leaves the run', () => {
    const stored = new Map<string, string>()
    let isLeft = false
    const wrap = budget({ day: { steps: 9 }, store: countStore(memoryStorage(stored)) })
    const subscription = wrap(question(), contextOf(), () => new Observable(subscriber => {
      subscriber.next({ type: 'STEP_STARTED', stepName: 's' })
      return () => void (isLeft = true)
    })).subscribe()
    subscription.unsubscribe()
    expect([isLeft, JSON.parse(stored.get('sampan/budget/day')!).counts.steps]).toEqual([true, 1])
  })
})

describe('whatever the limits and the answers', () => {
  const limits = fc.record({ tokens: fc.integer({ min: 1, max: 200 }), steps: fc.integer({ min: 1, max: 12 }), toolCalls: fc.integer({ min: 1, max: 12 }) }, { requiredKeys: [] })
  it('a run goes over by one step at most, and with enough it comes to its end', () => {
    fc.assert(fc.property(limits, fc.integer({ min: 0, max: 10 }), fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }), (given, toolSteps, grants) => {
      const { start, steps } = setUp({ run: given }, toolSteps)
      const allowed = { tokens: Infinity, steps: Infinity, toolCalls: Infinity, ...given }
      let events = start()
      for (let i = 0; outcomeOf(events) === 'interrupt'; i++) {
        const used = { tokens: steps() * STEP_TOKENS, steps: steps(), toolCalls: Math.min(steps(), toolSteps) }
        for (const name of ['tokens', 'steps', 'toolCalls'] as const) {
          expect(used[name]).toBeLessThan(allowed[name] + (name === 'tokens' ? STEP_TOKENS : 1))
        }
        const grant = grants[i] ?? 1000
        const more = { tokens: grant * STEP_TOKENS, steps: grant, toolCalls: grant }
        const before = steps()
        for (const name of ['tokens', 'steps', 'toolCalls'] as const) if (given[name] !== undefined) allowed[name] = Math.max(allowed[name], used[name]) + more[name]
        events = start(resume(events, { approved: true, more }, 'run-' + (i + 2)))
        expect(steps()).toBeGreaterThan(before)
      }
      expect(outcomeOf(events)).toBe('success')
      expect(steps()).toBe(toolSteps + 1)
    }), { numRuns: 60 })
  })
})

describe('finish', () => {
  it('of the mock model uses 15 tokens, as these tests count', () => {
    expect(finish()[0]).toMatchObject({ usage: { inputTokens: 10, outputTokens: 5 } })
  })
})
