import { concat, filter, from, map, mergeMap, NEVER, of, Subject, tap, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { contextOf, ended, endOf, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { createCancel } from '../context/cancel.js'
import type { ModelEvent, ModelMiddleware, RunMiddleware } from '../contracts.js'
import { isSampanError, SampanError } from '../errors.js'
import { isTerminal, type AgentEvent } from '../protocol/events.js'
import { finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

let effects = 0
const work = defineTool({ name: 'work', description: '', execute: () => ++effects })
/** An agent that thinks, says something, calls two tools, and answers. */
const agentWith = (...middleware: RunMiddleware[]) =>
  createAgent({
    model: mockModel([{ type: 'reasoning-delta', delta: '想' }, { type: 'text-delta', delta: '我做' }, ...toolAnswer(['a', 'work', { n: 1 }], ['b', 'work', { n: 2 }])], textAnswer('好')),
    tools: [work],
    middleware,
  })
const without = (...types: AgentEvent['type'][]): RunMiddleware => (input, context, next) => next(input, context).pipe(filter(event => !types.includes(event.type)))

describe('run middleware', () => {
  it('wraps a run, the first outermost', () => {
    const order: string[] = []
    const mark = (name: string): RunMiddleware => (input, context, next) => {
      order.push('in ' + name)
      return next(input, context).pipe(tap(event => isTerminal(event) && order.push('out ' + name)))
    }
    run(agentWith(mark('1'), mark('2')))
    expect(order).toEqual(['in 1', 'in 2', 'out 2', 'out 1'])
  })
  it('is not called before the run is subscribed to, and once for each subscriber', () => {
    let calls = 0
    const run$ = agentWith((input, context, next) => (calls++, next(input, context)))(question(), contextOf())
    expect(calls).toBe(0)
    run$.subscribe()
    run$.subscribe()
    expect(calls).toBe(2)
  })
  it('may change what is asked and what is said', () => {
    const model = mockModel(textAnswer('好'))
    const middleware: RunMiddleware = (input, context, next) =>
      next({ ...input, messages: [{ id: 'u', role: 'user', content: 'changed' }] }, context).pipe(map(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? { ...event, delta: '不' } : event)))
    const events = run(createAgent({ model, middleware: [middleware] }))
    expect(model.requests[0]!.messages).toMatchObject([{ content: 'changed' }])
    expect(events).toContainEqual(expect.objectContaining({ delta: '不' }))
  })
  it('may answer in place of the run', () => {
    const events = run(agentWith(({ threadId, runId }) => from<AgentEvent[]>([{ type: 'RUN_STARTED', threadId, runId }, { type: 'RUN_FINISHED', threadId, runId }])))
    expect(typesOf(events)).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
  })
})

describe('the law holds whatever run middleware does', () => {
  it.each<[string, RunMiddleware, string]>([
    ['swallows everything', () => of(), 'transport/truncated'],
    ['throws', () => { throw new Error('bug') }, 'agent/invalid'],
    ['throws one of ours', () => { throw new SampanError('endpoint/provider-error', 'blocked') }, 'endpoint/provider-error'],
    ['fails', () => throwError(() => new Error('bug')), 'agent/invalid'],
    ['fails after the start', (input, context, next) => next(input, context).pipe(map(event => { if (event.type === 'TOOL_CALL_END') throw new Error('bug'); return event })), 'agent/invalid'],
    ['swallows the end', without('RUN_FINISHED'), 'transport/truncated'],
  ])('it %s: the run ends with an error', (_, middleware, code) => {
    expect(endOf(run(agentWith(middleware)))).toMatchObject({ type: 'RUN_ERROR', code })
  })
  const all: AgentEvent['type'][] = [
    'RUN_STARTED', 'STEP_STARTED', 'STEP_FINISHED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'TOOL_CALL_START', 'TOOL_CALL_ARGS',
    'TOOL_CALL_END', 'TOOL_CALL_RESULT', 'REASONING_START', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END',
  ]
  it.each(all)('it swallows %s', type => {
    expect(endOf(run(agentWith(without(type)))).outcome).toEqual({ type: 'success' })
  })
  it('it swallows results: they are in the ledger, and nobody is left to think that the calls are open', () => {
    effects = 0
    expect(resultsOf(run(agentWith(without('TOOL_CALL_RESULT'))))).toEqual([['a', '1'], ['b', '2']])
  })
  it('it says everything twice', () => {
    effects = 0
    const events = run(agentWith((input, context, next) => next(input, context).pipe(mergeMap(event => [event, event]))))
    expect(effects).toBe(2)
    expect(typesOf(events).filter(type => type === 'RUN_STARTED')).toHaveLength(1)
  })
  it('it says everything backwards, or goes on after the end', () => {
    const late: AgentEvent = { type: 'CUSTOM', name: 'late', value: 1 }
    expect(typesOf(run(agentWith((input, context, next) => concat(next(input, context), of(late)))))).not.toContain('CUSTOM')
    const backwards: AgentEvent[] = [{ type: 'TEXT_MESSAGE_END', messageId: 'm' }, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x' }, { type: 'TEXT_MESSAGE_START', messageId: 'm' }]
    expect(typesOf(run(agentWith(() => from(backwards))))).toEqual(['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_END', 'RUN_ERROR'])
  })
  it('it runs the run twice: one log, and no effect twice', () => {
    effects = 0
    const events = run(agentWith((input, context, next) => concat(next(input, context), next(input, context))))
    expect(endOf(events).outcome).toEqual({ type: 'success' })
    expect(effects).toBe(2)
  })
  it('it never ends: cancelling and leaving still do', () => {
    const cancel = createCancel()
    const recording = record(agentWith(() => NEVER), question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    expect(endOf(ended(recording)).outcome).toEqual({ type: 'cancelled' })
    const answer = new Subject<ModelEvent>()
    const left = record(createAgent({ model: mockModel(answer), middleware: [(input, context, next) => concat(next(input, context), NEVER)] }))
    left.leave()
    expect(answer.observed).toBe(false)
  })
  it('it fails: what the run had used is told', () => {
    const failing: RunMiddleware = (input, context, next) => next(input, context).pipe(map(event => { if (event.type === 'TOOL_CALL_RESULT') throw new Error('bug'); return event }))
    expect(endOf(run(agentWith(failing)))).toMatchObject({ type: 'RUN_ERROR', usage: [{ inputTokens: 10, outputTokens: 5 }] })
  })
})

describe('model middleware', () => {
  const retry: ModelMiddleware = (request, context, next) => {
    let attempts = 0
    const once = (): ReturnType<typeof next> => next(request, context).pipe(mergeMap(event => (event.type === 'error' && attempts++ < 2 ? once() : of(event))))
    return once()
  }
  it('wraps each call, the first outermost', () => {
    const order: string[] = []
    const mark = (name: string): ModelMiddleware => (request, context, next) => (order.push(name), next(request, context))
    run(createAgent({ model: mockModel(toolAnswer(['c', 'work', {}]), textAnswer('好')), tools: [work], modelMiddleware: [mark('1'), mark('2')] }))
    expect(order).toEqual(['1', '2', '1', '2'])
  })
  it('repeats a call without repeating a tool', () => {
    effects = 0
    const cut: ModelEvent[] = [{ type: 'error', error: new SampanError('transport/timeout', 'slow') }]
    const model = mockModel(cut, toolAnswer(['c', 'work', {}]), cut, cut, textAnswer('好'))
    expect(endOf(run(createAgent({ model, tools: [work], modelMiddleware: [retry] }))).outcome).toEqual({ type: 'success' })
    expect([effects, model.requests.length]).toEqual([1, 5])
  })
  it.each<[string, ModelMiddleware, string]>([
    ['swallows the end', (request, context, next) => next(request, context).pipe(filter(event => event.type !== 'finish')), 'transport/truncated'],
    ['swallows everything', () => of(), 'transport/truncated'],
    ['throws', () => { throw new Error('bug') }, 'agent/invalid'],
    ['fails', () => throwError(() => new SampanError('transport/offline', 'off')), 'transport/offline'],
  ])('that %s ends the run with an error', (_, middleware, code) => {
    expect(endOf(run(createAgent({ model: mockModel(textAnswer('好')), modelMiddleware: [middleware] })))).toMatchObject({ type: 'RUN_ERROR', code })
  })
  it('that says everything twice executes nothing twice', () => {
    effects = 0
    const twice: ModelMiddleware = (request, context, next) => next(request, context).pipe(mergeMap(event => [event, event]))
    run(createAgent({ model: mockModel(toolAnswer(['c', 'work', {}]), textAnswer('好')), tools: [work], modelMiddleware: [twice] }))
    expect(effects).toBe(0)
    run(createAgent({ model: mockModel([{ type: 'tool-call-start', toolCallId: 'c', toolCallName: 'work' }, ...finish('tool-calls')], textAnswer('好')), tools: [work], modelMiddleware: [twice] }))
    expect(effects).toBe(1)
  })
  it('is given the request and may change it', () => {
    const model = mockModel(textAnswer('好'))
    run(createAgent({ model, temperature: 0.7, maxOutputTokens: 100, extra: { seed: 1 }, modelMiddleware: [(request, context, next) => next({ ...request, temperature: 0 }, context)] }))
    expect(model.requests[0]).toMatchObject({ temperature: 0, maxOutputTokens: 100, extra: { seed: 1 } })
  })
})

describe('createAgent', () => {
  it('refuses two tools of one name', () => {
    let thrown: unknown
    try {
      createAgent({ model: mockModel(), tools: [work, defineTool({ name: 'work', description: '' })] })
    } catch (error) {
      thrown = error
    }
    expect(isSampanError(thrown, 'agent/invalid')).toBe(true)
  })
  it('says what it is and can, without asking a schema before somebody wants to know', () => {
    let conversions = 0
    const input = { '~standard': { version: 1 as const, vendor: 'mine', validate: (value: unknown) => ({ value }), jsonSchema: { input: () => (conversions++, { type: 'object' }) } } }
    const agent = createAgent({ model: mockModel(), name: 'barista', description: 'Sells coffee.', tools: [defineTool({ name: 'find', description: 'Finds.', input })] })
    expect(conversions).toBe(0)
    expect(agent.info).toMatchObject({ name: 'barista', description: 'Sells coffee.', tools: [{ name: 'find', description: 'Finds.', parameters: { type: 'object' } }], capabilities: { tools: true, approvals: true, structuredOutput: false } })
    expect(agent.info.tools).toBe(agent.info.tools)
    expect(conversions).toBe(1)
  })
})
