import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { answers, asked, contextOf, endOf, ended, historyOf, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent, type AgentOptions } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AnyTool, ModelEvent } from '../contracts.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const effects: unknown[] = []
beforeEach(() => void (effects.length = 0))

const order = defineTool({
  name: 'order',
  description: 'Orders a drink.',
  input: z.object({ drink: z.string(), count: z._default(z.int(), 1) }),
  approval: 'ask',
  execute: args => (effects.push(args), { number: 7 }),
})
const callOrder = toolAnswer(['c', 'order', { drink: '拿铁' }])

/** Asks, answers, and gives both logs. */
function talk(given: Record<string, unknown>, answer: ModelEvent[] = callOrder, options: Partial<AgentOptions<readonly AnyTool[]>> = {}) {
  const model = mockModel(answer, textAnswer('好'))
  const agent = createAgent({ tools: [order], ...options, model })
  const ledger = loggingLedger()
  const first = run(agent, question(), contextOf({ ledger }))
  const effectsBefore = effects.length
  const second = run(agent, answers(first, given), contextOf({ ledger }))
  return { model, agent, ledger, first, second, effectsBefore }
}

describe('a question', () => {
  it('ends the run, after state and messages, with what the person needs to know', () => {
    const events = run(createAgent({ model: mockModel(callOrder), tools: [order] }), question({ state: { cart: 1 } }))
    expect(typesOf(events).slice(-4)).toEqual(['STEP_FINISHED', 'STATE_SNAPSHOT', 'MESSAGES_SNAPSHOT', 'RUN_FINISHED'])
    expect(events.at(-3)).toMatchObject({ snapshot: { cart: 1 } })
    expect(asked(events)).toEqual([
      {
        id: 'approve-c',
        reason: 'tool_call',
        toolCallId: 'c',
        message: 'Orders a drink.',
        responseSchema: expect.objectContaining({ required: ['approved'] }),
        metadata: { sampan: { toolName: 'order', args: { drink: '拿铁', count: 1 }, fingerprint: expect.any(String), requiresGesture: false } },
      },
    ])
    expect(effects).toEqual([])
  })
  it('leaves a history that ends with the call', () => {
    const messages = historyOf(run(createAgent({ model: mockModel(callOrder), tools: [order] })))
    expect(messages.map(message => message.role)).toEqual(['user', 'assistant'])
  })
  it('does not hold up the calls beside it', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 'found' })
    const events = run(createAgent({ model: mockModel(toolAnswer(['a', 'order', { drink: 'x' }], ['b', 'find', {}])), tools: [order, find] }))
    expect(resultsOf(events)).toEqual([['b', 'found']])
    expect(asked(events).map(({ id }) => id)).toEqual(['approve-a'])
  })
  it('is asked in the order of the calls, all in one run', () => {
    const events = run(createAgent({ model: mockModel(toolAnswer(['a', 'order', { drink: 'x' }], ['b', 'order', { drink: 'y' }])), tools: [order] }))
    expect(asked(events).map(({ toolCallId }) => toolCallId)).toEqual(['a', 'b'])
  })
  it('goes to the person for a tool that nobody executes', () => {
    const choose = defineTool({ name: 'choose', description: 'Which table?', input: z.object({ tables: z.array(z.string()) }) })
    expect(asked(run(createAgent({ model: mockModel(toolAnswer(['c', 'choose', { tables: ['1'] }])), tools: [choose] })))).toMatchObject([{ id: 'answer-c', reason: 'input_required', message: 'Which table?' }])
  })
  it('is not asked about arguments that do not fit', () => {
    const events = run(createAgent({ model: mockModel(toolAnswer(['c', 'order', { drink: 7 }]), textAnswer('好')), tools: [order] }))
    expect(asked(events)).toEqual([])
    expect(resultsOf(events)[0]![2]).toBe('agent/tool-arguments-invalid')
  })
  it('stands in the ledger before the run ends with it', async () => {
    let isWritten = false
    const ledger = { get: () => undefined, put: () => new Promise<void>(resolve => void setImmediate(() => { isWritten = true; resolve() })) }
    const recording = record(createAgent({ model: mockModel(callOrder), tools: [order] }), question(), contextOf({ ledger }))
    expect([isWritten, recording.isComplete]).toEqual([false, false])
    await new Promise<void>(resolve => void setImmediate(resolve))
    expect(asked(ended(recording))).toHaveLength(1)
    expect(isWritten).toBe(true)
  })
  it('is not asked where the ledger cannot keep it: the run ends with an error', async () => {
    const ledger = { get: () => undefined, put: () => Promise.reject(new Error('disk full')) }
    const recording = record(createAgent({ model: mockModel(callOrder), tools: [order] }), question(), contextOf({ ledger }))
    await new Promise<void>(resolve => void setImmediate(resolve))
    expect(endOf(ended(recording))).toMatchObject({ type: 'RUN_ERROR', message: 'disk full' })
  })
})

describe('an answer', () => {
  it('that says yes runs the tool once, after what was asked was written', () => {
    const { second, ledger, effectsBefore, model } = talk({ 'approve-c': { approved: true } })
    expect(effectsBefore).toBe(0)
    expect(effects).toEqual([{ drink: '拿铁', count: 1 }])
    expect(ledger.log).toEqual(['c proposed', 'c executing', 'c done'])
    expect(typesOf(second).slice(0, 3)).toEqual(['RUN_STARTED', 'TOOL_CALL_RESULT', 'STEP_STARTED'])
    expect(resultsOf(second)).toEqual([['c', '{"number":7}']])
    expect(model.requests[1]!.messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool'])
  })
  it.each<[string, unknown, string]>([
    ['no', { approved: false }, 'Denied: the person said no.'],
    ['no, and why', { approved: false, reason: '太贵' }, 'Denied: 太贵'],
    ['nothing', {}, 'Denied: the person said no.'],
    ['null', null, 'Denied: the person said no.'],
    ['something like yes', { approved: 'true' }, 'Denied: the person said no.'],
    ['that it was cancelled', undefined, 'Denied: the person went on without answering.'],
  ])('that says %s executes nothing, and the model is told', (_, payload, content) => {
    const { second } = talk({ 'approve-c': payload })
    expect(resultsOf(second)).toEqual([['c', content, 'agent/tool-denied']])
    expect(effects).toEqual([])
    expect(endOf(second).outcome).toEqual({ type: 'success' })
  })
  it('with other arguments runs the tool with those, as its schema makes them', () => {
    talk({ 'approve-c': { approved: true, editedArgs: { drink: '美式' } } })
    expect(effects).toEqual([{ drink: '美式', count: 1 }])
  })
  it('with arguments that do not fit runs nothing', () => {
    expect(resultsOf(talk({ 'approve-c': { approved: true, editedArgs: { drink: 5 } } }).second)[0]![2]).toBe('agent/tool-arguments-invalid')
    expect(effects).toEqual([])
  })
  it('with arguments that the policy denies runs nothing', () => {
    const approval = { order: ({ count }: { count: number }) => (count > 5 ? { deny: 'too many' } : ('ask' as const)) }
    const { second } = talk({ 'approve-c': { approved: true, editedArgs: { drink: 'x', count: 9 } } }, callOrder, { approval })
    expect(resultsOf(second)).toEqual([['c', 'Denied: too many', 'agent/tool-denied']])
    expect(effects).toEqual([])
  })
  it('for one call is no answer for another', () => {
    const { second } = talk({ 'approve-a': { approved: true }, 'approve-b': { approved: false } }, toolAnswer(['a', 'order', { drink: 'x' }], ['b', 'order', { drink: 'y' }]))
    expect(effects).toEqual([{ drink: 'x', count: 1 }])
    expect(resultsOf(second).map(([id, , code]) => [id, code])).toEqual([['a', undefined], ['b', 'agent/tool-denied']])
  })
  it('from a person is checked like a result of a tool, and kept in the ledger', () => {
    const choose = defineTool({ name: 'choose', description: 'Which table?', output: z.object({ table: z.string() }) })
    const call = toolAnswer(['c', 'choose', {}])
    const good = talk({ 'answer-c': { table: '3' } }, call, { tools: [choose] })
    expect(resultsOf(good.second)).toEqual([['c', '{"table":"3"}']])
    expect(good.ledger.log).toEqual(['c proposed', 'c done'])
    expect(resultsOf(talk({ 'answer-c': { table: 3 } }, call, { tools: [choose] }).second)[0]![2]).toBe('agent/tool-result-invalid')
    expect(resultsOf(talk({ 'answer-c': undefined }, call, { tools: [choose] }).second)[0]![2]).toBe('agent/tool-denied')
  })
})

describe('an approval', () => {
  it('holds for the arguments that were shown and no others', () => {
    const agent = createAgent({ model: mockModel(callOrder, textAnswer('好')), tools: [order] })
    const context = contextOf()
    const first = run(agent, question(), context)
    const input = answers(first, { 'approve-c': { approved: true } })
    const forged = { ...input, messages: JSON.parse(JSON.stringify(input.messages).replace('拿铁\\"', '金箔拿铁\\"')) }
    const second = run(agent, forged, context)
    expect(asked(second)).toMatchObject([{ id: 'approve-c', metadata: { sampan: { args: { drink: '金箔拿铁' } } } }])
    expect(effects).toEqual([])
    run(agent, answers(second, { 'approve-c': { approved: true } }), context)
    expect(effects).toEqual([{ drink: '金箔拿铁', count: 1 }])
  })
  it('tells arguments apart that a schema turns into something that is no JSON', () => {
    const book = defineTool({ name: 'book', description: '', input: z.object({ at: z.pipe(z.string(), z.transform(text => new Date(text))) }), approval: 'ask', execute: ({ at }) => void effects.push(at.getFullYear()) })
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'book', { at: '2026-01-01' }]), textAnswer('好')), tools: [book as AnyTool] })
    const context = contextOf()
    const input = answers(run(agent, question(), context), { 'approve-c': { approved: true } })
    const forged = { ...input, messages: JSON.parse(JSON.stringify(input.messages).replace('2026', '2036')) }
    expect(asked(run(agent, forged, context))).toHaveLength(1)
    expect(effects).toEqual([])
  })
  it('without anything in the ledger is asked for again', () => {
    const agent = createAgent({ model: mockModel(callOrder, textAnswer('好')), tools: [order] })
    const input = answers(run(agent), { 'approve-c': { approved: true } })
    expect(asked(run(agent, input, contextOf()))).toHaveLength(1)
    expect(effects).toEqual([])
  })
  it('does not reach a tool that is gone', () => {
    const context = contextOf()
    const input = answers(run(createAgent({ model: mockModel(callOrder), tools: [order] }), question(), context), { 'approve-c': { approved: true } })
    const events = run(createAgent({ model: mockModel(textAnswer('好')) }), input, context)
    expect(resultsOf(events)[0]![2]).toBe('agent/tool-unknown')
  })
})

describe('a policy', () => {
  it('is asked with the arguments as the tool gets them', () => {
    const seen: unknown[] = []
    run(createAgent({ model: mockModel(callOrder, textAnswer('好')), tools: [order], approval: { order: args => (seen.push(args), 'allow') } }))
    expect(seen).toEqual([{ drink: '拿铁', count: 1 }])
    expect(effects).toHaveLength(1)
  })
  it('denies without asking anybody', () => {
    const events = run(createAgent({ model: mockModel(callOrder, textAnswer('好')), tools: [order], approval: { '*': { deny: 'closed' } } }))
    expect(resultsOf(events)).toEqual([['c', 'Denied: closed', 'agent/tool-denied']])
    expect(effects).toEqual([])
  })
  it('that throws ends the run before any call of the answer has run', () => {
    const both = toolAnswer(['a', 'order', { drink: 'x' }], ['b', 'order', { drink: 'y' }])
    const approval = { order: ({ drink }: { drink: string }) => { if (drink === 'y') throw new Error('bad rule'); return 'allow' as const } }
    const events = run(createAgent({ model: mockModel(both), tools: [order], approval }))
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', message: 'bad rule' })
    expect(effects).toEqual([])
  })
})
