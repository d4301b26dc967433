import { NEVER, startWith } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { phoneOf, questionsOf, resultOf, resumeOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { createFlow } from './flow.js'
import { defineStep } from './step.js'
import { answers, asked, contextOf, endOf, resultsOf, run } from '../agent/__fixtures__/runs.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { memoryLedger } from '../context/run-context.js'
import type { ModelEvent } from '../contracts.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

/** A model that begins to speak and goes on for ever. */
const NEVER$ = NEVER.pipe(startWith<ModelEvent>({ type: 'text-delta', delta: '…' }))

// Each title is what other workflow engines got wrong when a run waited for a person.

/** A step that counts how often it ran. */
function counting<In, Out>(name: string, execute: (input: In) => Out) {
  const calls: In[] = []
  return Object.assign(defineStep<Out, In>({ name, execute: input => (calls.push(input), execute(input)) }), { calls })
}
const ask = (label: string) => createFlow<any>().ask({ message: label, label })

describe('a parallel block that waits', () => {
  const build = () => {
    const [a, b, after] = [counting('a', (n: number) => n + 1), counting('b', (n: number) => n + 2), counting('after', (all: { plain: number; asks: number; asksTwice: unknown }) => all)]
    const flow = createFlow<number>().parallel({
      plain: a,
      asks: createFlow<number>().ask({ message: 'x', label: 'x' }).then(b),
      asksTwice: createFlow<number>().ask({ message: 'y', label: 'y' }).ask({ message: 'z', label: 'z' }),
    }).then(after)
    return { a, b, after, phone: phoneOf(defineWorkflow({ name: 'w', flow })) }
  }
  it('keeps the results of finished branches, and does not run them again', () => {
    const { a, b, phone } = build()
    expect(questionsOf(phone.begin(1))).toEqual(['run-1/parallel.asks.x', 'run-1/parallel.asksTwice.y'])
    phone.answer((id: string) => (id.endsWith('x') ? 10 : 20))
    expect([a.calls, b.calls]).toEqual([[1], [10]])
  })
  it('is not complete before each branch is', () => {
    const { after, phone } = build()
    phone.begin(1)
    expect(questionsOf(phone.answer((id: string) => (id.endsWith('x') ? 10 : 20)))).toEqual(['run-1/parallel.asksTwice.z'])
    expect(after.calls).toEqual([])
    expect(resultOf(phone.answer(30))).toEqual({ plain: 2, asks: 12, asksTwice: 30 })
  })
  it('gives each question its own answer', () => {
    const { b, phone } = build()
    phone.begin(1)
    phone.answer((id: string) => (id.endsWith('x') ? 100 : 200))
    expect(b.calls).toEqual([100])
  })
  it('does not begin anything where an answer is missing', () => {
    const { b, phone } = build()
    const questions = questionsOf(phone.begin(1))
    phone.start({ resume: [{ interruptId: questions[0]!, status: 'resolved', payload: 1 }] })
    expect(endOf(phone.last())).toMatchObject({ type: 'RUN_ERROR', code: 'agent/resume-incomplete', message: expect.stringContaining(questions[1]!) })
    expect(b.calls).toEqual([])
    // Nothing was taken out of the state, so all of them can still be answered.
    phone.start({ resume: questions.map(interruptId => ({ interruptId, status: 'resolved' as const, payload: 5 })) })
    expect(questionsOf(phone.last())).toEqual(['run-1/parallel.asksTwice.z'])
  })
})

describe('a list of items that wait', () => {
  it('keeps the result of each item until all are there, in their order', () => {
    const done = counting('done', (value: unknown) => value)
    const flow = createFlow<string[]>().forEach(createFlow<string>().ask({ message: '{item}?' }).map({ item: { path: 'item' }, index: { path: 'index' }, answer: { path: 'value' } }).then(done), { concurrency: 9 })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    expect(questionsOf(phone.begin(['a', 'b', 'c']))).toEqual(['run-1/forEach.0.ask', 'run-1/forEach.1.ask', 'run-1/forEach.2.ask'])
    expect(resultOf(phone.answer((id: string) => id.slice(-5, -4)))).toEqual(['a', 'b', 'c'].map((item, index) => ({ item, index, answer: String(index) })))
    expect(done.calls).toHaveLength(3)
  })
  it('asks no more at a time than its concurrency, before and after a resume', () => {
    const flow = createFlow<number[]>().forEach(ask('ok'), { concurrency: 2 })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    expect(questionsOf(phone.begin([1, 2, 3, 4, 5]))).toEqual(['run-1/forEach.0.ok', 'run-1/forEach.1.ok'])
    expect(questionsOf(phone.answer('a'))).toEqual(['run-1/forEach.2.ok', 'run-1/forEach.3.ok'])
    expect(questionsOf(phone.answer('b'))).toEqual(['run-1/forEach.4.ok'])
    expect(resultOf(phone.answer('c'))).toEqual(['a', 'a', 'b', 'b', 'c'])
  })
})

describe('a loop that waits', () => {
  it('asks anew each time: an answer is used once', () => {
    const flow = createFlow<number>().loop(ask('more'), { until: { eq: [{ path: 'value' }, { literal: 'stop' }] }, atMost: 9 })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    expect(questionsOf(phone.begin(1))).toEqual(['run-1/loop.0.more'])
    expect(questionsOf(phone.answer('go'))).toEqual(['run-1/loop.1.more'])
    expect(questionsOf(phone.answer('go'))).toEqual(['run-1/loop.2.more'])
    expect(resultOf(phone.answer('stop'))).toBe('stop')
  })
  it('goes on in the round in which it asked', () => {
    const [before, after] = [counting('before', (n: number) => n + 1), counting('after', (n: number) => n)]
    const round = createFlow<number>().then(before).ask({ message: '?' }).map({ path: 'steps.before' }).then(after)
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number>().loop(round, { until: { gte: [{ path: 'value' }, { literal: 3 }] }, atMost: 9 }) }))
    phone.begin(0)
    phone.answer('x')
    phone.answer('x')
    expect(resultOf(phone.answer('x'))).toBe(3)
    expect([before.calls, after.calls]).toEqual([[0, 1, 2], [1, 2, 3]])
  })
  it('keeps no more after a thousand rounds than after ten', () => {
    const flow = createFlow<number>().loop(counting('inc', (n: number) => n + 1), { until: { gte: [{ path: 'value' }, { path: 'input' }] }, atMost: 5_000 }).then(defineStep({ name: 'one', execute: () => 1 })).ask({ message: '?' })
    const size = (rounds: number): number => {
      const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number>().map({ literal: 0 }).then(flow) }))
      phone.begin(rounds)
      return JSON.stringify(phone.state).length
    }
    expect(size(1_000) - size(10)).toBeLessThan(20)
  })
})

describe('a workflow inside a workflow', () => {
  const build = () => {
    const [first, second] = [counting('first', (n: number) => n + 1), counting('second', (n: number) => n * 10)]
    const inner = defineWorkflow<number, number>({ name: 'inner', flow: createFlow<number>().then(first).ask({ message: 'q', label: 'q' }).map({ path: 'steps.first' }).then(second) })
    return { first, second, inner }
  }
  it('goes on where it asked, and not at its first step', () => {
    const { first, second, inner } = build()
    const phone = phoneOf(defineWorkflow({ name: 'outer', flow: createFlow<number>().then(inner) }))
    const [question] = questionsOf(phone.begin(1))
    expect(question).toMatch(/^run-1\/inner\//)
    expect(resultOf(phone.answer('yes'))).toBe(20)
    expect([first.calls, second.calls]).toEqual([[1], [2]])
    expect(phone.state).toEqual({})
  })
  it('has a run id that follows from its place, so two of them never mix', () => {
    const { first, second, inner } = build()
    const phone = phoneOf(defineWorkflow({ name: 'outer', flow: createFlow<number>().parallel({ a: inner, b: createFlow<number>().map({ literal: 5 }).then(inner) }) }))
    const events = phone.begin(1)
    expect(events.filter(({ type }) => type === 'SUBAGENT_STARTED')).toMatchObject([{ subagentRunId: 'run-1/parallel.a.inner' }, { subagentRunId: 'run-1/parallel.b.inner' }])
    expect(new Set(questionsOf(events)).size).toBe(2)
    const resumed = phone.answer('yes')
    expect(resultOf(resumed)).toEqual({ a: 20, b: 60 })
    expect(resumed.filter(({ type }) => type === 'SUBAGENT_STARTED')).toMatchObject([{ subagentRunId: 'run-1/parallel.a.inner' }, { subagentRunId: 'run-1/parallel.b.inner' }])
    expect([first.calls, second.calls]).toEqual([[1, 5], [2, 6]])
  })
})

describe('a workflow as a tool of an agent', () => {
  it('asks through the agent, and gives it the result', () => {
    const counted = counting('counted', (city: string) => city.length)
    const booking = defineWorkflow({ name: 'booking', input: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }, flow: createFlow<{ city: string }>().map<string>({ path: 'value.city' }).then(counted).ask({ message: '{value}?', label: 'ok' }).map({ n: { path: 'steps.counted' }, ok: { path: 'value' } }) })
    const tool = agentTool({ agent: booking, description: 'Books.', input: { type: 'object', properties: { city: { type: 'string' } } } })
    const model = mockModel(toolAnswer(['call_0', 'booking', { city: 'Ur' }]), textAnswer('fine'))
    const ledger = memoryLedger()
    const agent = createAgent({ model, tools: [tool] })
    const first = run(agent, undefined, contextOf({ ledger }))
    expect(asked(first)).toMatchObject([{ message: '2?' }])
    const state = first.filter(event => event.type === 'STATE_SNAPSHOT').pop()!.snapshot
    const second = run(agent, answers(first, { [asked(first)[0]!.id]: 'yes' }, { state }), contextOf({ ledger }))
    expect([resultsOf(second), counted.calls]).toEqual([[['call_0', '{"n":2,"ok":"yes"}']], ['Ur']])
  })
})

describe('a tool that needs approval', () => {
  const build = () => {
    const calls: unknown[] = []
    const pay = defineTool({ name: 'pay', description: 'Pays.', input: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }, approval: 'ask', execute: (args, { idempotencyKey }) => (calls.push([args, idempotencyKey]), { paid: args.amount as number }) })
    return { calls, phone: phoneOf(defineWorkflow({ name: 'w', flow: createFlow<{ amount: number }>().then(pay).map({ path: 'value.paid' }) })) }
  }
  it('shows as a tool call, and runs once it is approved', () => {
    const { calls, phone } = build()
    const events = phone.begin({ amount: 12 })
    expect(endOf(events).outcome).toMatchObject({ interrupts: [{ id: 'run-1/pay', reason: 'tool_call', toolCallId: 'run-1/pay' }] })
    expect(events).toContainEqual(expect.objectContaining({ type: 'TOOL_CALL_ARGS', toolCallId: 'run-1/pay', delta: '{"amount":12}' }))
    expect(calls).toEqual([])
    const resumed = phone.answer({ approved: true })
    expect([resultOf(resumed), calls, resultsOf(resumed)]).toEqual([12, [[{ amount: 12 }, 'run-1/pay']], [['run-1/pay', '{"paid":12}']]])
    expect(resumed.some(({ type }) => type === 'TOOL_CALL_START')).toBe(false)
  })
  it('runs with what the person made of its arguments', () => {
    const { phone } = build()
    phone.begin({ amount: 12 })
    expect(resultOf(phone.answer({ approved: true, editedArgs: { amount: 3 } }))).toBe(3)
  })
  it('ends the run where the person says no', () => {
    const { calls, phone } = build()
    phone.begin({ amount: 12 })
    const events = phone.answer({ approved: false, reason: 'too much' })
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/tool-denied', message: expect.stringContaining('too much') })
    expect([calls, resultsOf(events)[0]![2]]).toEqual([[], 'agent/tool-denied'])
  })
  it('is asked about again where the ledger does not know what was approved', () => {
    const { calls, phone } = build()
    phone.begin({ amount: 12 })
    void phone.ledger.put({ ...phone.ledger.get('run-1/pay')!, fingerprint: 'other' })
    expect(questionsOf(phone.answer({ approved: true }))).toEqual(['run-1/pay'])
    expect(calls).toEqual([])
    expect(resultOf(phone.answer({ approved: true }))).toBe(12)
  })
  it('that nobody executes is answered by a person', () => {
    const choose = defineTool({ name: 'choose', description: 'Choose.', output: { type: 'string' } })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().map({}).then(choose) }))
    phone.begin()
    expect(resultOf(phone.answer('A'))).toBe('A')
  })
})

describe('a tool that is a run of its own', () => {
  const build = (approval: 'ask' | 'allow') => {
    let booked = 0
    const book = defineTool({ name: 'book', description: '', input: { type: 'object' }, approval: 'ask', execute: () => ++booked })
    const model = mockModel(toolAnswer(['call_0', 'book', {}]), textAnswer('booked'))
    const tool = agentTool({ agent: createAgent({ name: 'clerk', model, tools: [book] }), approval })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().map({ request: { literal: 'x' } }).then(tool).map({ said: { path: 'value' } }) }))
    return { phone, model, booked: () => booked }
  }
  it('runs as a step, and goes on where it asked', () => {
    const { phone, model, booked } = build('allow')
    const events = phone.begin()
    expect(events).toContainEqual(expect.objectContaining({ type: 'SUBAGENT_STARTED', subagentRunId: 'run-1/clerk', parentToolCallId: 'run-1/clerk' }))
    expect(questionsOf(events)).toEqual([expect.stringMatching(/^run-1\/clerk\/.*call_0$/)])
    const resumed = phone.answer({ approved: true })
    expect([resultOf(resumed), booked(), model.requests.length]).toEqual([{ said: 'booked' }, 1, 2])
    expect(resultsOf(resumed)).toContainEqual(['run-1/clerk', 'booked'])
    expect(phone.checkpoints.size()).toBe(0)
  })
  it('is asked about before, and not again when it has asked itself', () => {
    const { phone, model, booked } = build('ask')
    expect(questionsOf(phone.begin())).toEqual(['run-1/clerk'])
    expect(model.requests).toHaveLength(0)
    expect(questionsOf(phone.answer({ approved: true }))).toEqual([expect.stringMatching(/^run-1\/clerk\/.*call_0$/)])
    expect(resultOf(phone.answer({ approved: true }))).toEqual({ said: 'booked' })
    expect([booked(), model.requests.length]).toEqual([1, 2])
  })
  it('is not gone on with where the state that comes back says that its arguments were others', () => {
    const { phone, booked } = build('allow')
    const resume = resumeOf(phone.begin(), { approved: true })
    phone.start({ resume, state: JSON.parse(JSON.stringify(phone.state).replaceAll('"request":"x"', '"request":"all"')) })
    expect(endOf(phone.last())).toMatchObject({ type: 'RUN_ERROR', code: 'agent/tool-outcome-unknown' })
    expect(booked()).toBe(0)
  })
  it('goes on after a kill from where it was', () => {
    const model = mockModel(NEVER$, textAnswer('second'))
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().map({ request: { literal: 'x' } }).then(agentTool({ agent: createAgent({ name: 'clerk', model }) })) }))
    phone.start({})
    expect(resultOf(phone.reopen())).toBe('second')
    expect(phone.checkpoints.size()).toBe(0)
  })
})

describe('an agent as a step', () => {
  it('answers with its text, and its usage counts', () => {
    const writer = createAgent({ name: 'writer', model: mockModel(textAnswer('一', '二')) })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<string>().then(writer).map({ text: { path: 'value' } }) }))
    const events = phone.begin('写')
    expect(resultOf(events)).toEqual({ text: '一二' })
    expect(endOf(events).usage).toEqual([{ provider: 'mock', model: 'mock', inputTokens: 10, outputTokens: 5 }])
  })
  it('that takes too long is left, and tried again as another run', () => {
    const model = mockModel(NEVER$, textAnswer('second'))
    const flow = createFlow<string>().then(createAgent({ name: 'agent', model }), { timeoutMs: 1_000, retry: { attempts: 2, backoffMs: 0 } })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    phone.start({ forwardedProps: { input: 'x' } })
    phone.clock.advance(1_000)
    phone.clock.advance(0)
    const events = phone.last()
    expect(resultOf(events)).toBe('second')
    expect(events.filter(({ type }) => type === 'SUBAGENT_STARTED')).toMatchObject([{ subagentRunId: 'run-1/agent' }, { subagentRunId: 'run-1/agent~2' }])
  })
  it('that asks for approval goes on after it, and the model is not asked twice for the same', () => {
    const model = mockModel(toolAnswer(['call_0', 'book', { at: 'noon' }]), textAnswer('booked'))
    let booked = 0
    const book = defineTool({ name: 'book', description: '', input: { type: 'object' }, approval: 'ask', execute: () => ++booked })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<string>().parallel({ one: createAgent({ name: 'agent', model, tools: [book] }), two: ask('q') }) }))
    const questions = questionsOf(phone.begin('book it'))
    expect(questions).toHaveLength(2)
    expect(questions[0]).toMatch(/^run-1\/parallel\.one\.agent\//)
    expect(resultOf(phone.answer((id: string) => (id.endsWith('.q') ? 'fine' : { approved: true })))).toEqual({ one: 'booked', two: 'fine' })
    expect([booked, model.requests.length]).toEqual([1, 2])
  })
})

describe('a question', () => {
  it('that is declined or answered too late gives null', () => {
    const flow = createFlow<number>().ask({ message: '?', expiresInMs: 60_000 }).map({ answer: { path: 'value' } })
    const declined = phoneOf(defineWorkflow({ name: 'w', flow }))
    const events = declined.begin(1)
    expect(endOf(events).outcome).toMatchObject({ interrupts: [{ expiresAt: new Date(declined.clock.now() + 60_000).toISOString() }] })
    declined.start({ resume: [{ interruptId: 'run-1/ask', status: 'cancelled' }] })
    expect(resultOf(declined.last())).toEqual({ answer: null })
    const late = phoneOf(defineWorkflow({ name: 'w', flow }))
    late.begin(1)
    late.clock.advance(60_001)
    expect(resultOf(late.answer('yes'))).toEqual({ answer: null })
  })
  it('is asked again, under its id, where the answer does not fit', () => {
    const flow = createFlow<number>().ask({ message: '?', schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    phone.begin(1)
    const events = phone.answer({ n: 'x' })
    expect(endOf(events).outcome).toMatchObject({ interrupts: [{ id: 'run-1/ask', metadata: { sampan: { issues: 'n: expected number' } } }] })
    expect(resultOf(phone.answer({ n: 2 }))).toEqual({ n: 2 })
  })
  it('cannot be answered twice, nor to another flow', () => {
    const flow = createFlow<number>().ask({ message: '?' })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    phone.begin(1)
    const { state } = phone
    phone.answer('yes')
    phone.start({ resume: [{ interruptId: 'run-1/ask', status: 'resolved' }] })
    expect(endOf(phone.last())).toMatchObject({ type: 'RUN_ERROR', code: 'workflow/state-unusable' })
    const other = phoneOf(defineWorkflow({ name: 'w', flow: flow.sleep(1) }))
    other.state = state
    other.start({ resume: [{ interruptId: 'run-1/ask', status: 'resolved' }] })
    expect(endOf(other.last())).toMatchObject({ type: 'RUN_ERROR', code: 'workflow/state-unusable', message: expect.stringContaining('another flow') })
  })
  it('that nobody answered is over when a new run begins', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number>().branch([[{ eq: [{ path: 'value' }, { literal: 1 }] }, ask('q')]]) }))
    phone.begin(1)
    expect(resultOf(phone.begin(2))).toBe(2)
    expect(phone.state).toEqual({})
  })
})
