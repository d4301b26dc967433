import { verifyEvents as referenceVerify } from '@ag-ui/client'
import { NEVER, of, Subject } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { createCancel } from '../context/cancel.js'
import { createRunContext, memoryLedger } from '../context/run-context.js'
import type { Agent, LedgerState, RunContext, RunInput } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent, RunFinishedEvent } from '../protocol/events.js'
import { runOperator } from '../protocol/__fixtures__/run-operator.js'
import { errorAnswer, finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const ask = (more: Partial<RunInput> = {}): RunInput => ({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '拿铁' }], tools: [], context: [], ...more })

/** Runs to the end, and has the official verifier look at every log on the way. */
function run(agent: Agent<any>, input = ask(), context: RunContext = createRunContext()): AgentEvent[] {
  const events: AgentEvent[] = []
  let error: unknown
  agent(input, context).subscribe({ next: event => events.push(event), error: thrown => (error = thrown) })
  expect(error).toBeUndefined()
  expectLegal(events)
  return events
}

function expectLegal(events: AgentEvent[]): void {
  expect(runOperator(referenceVerify(false) as never, events).error).toBeUndefined()
  expect(events.filter(({ type }) => type === 'RUN_FINISHED' || type === 'RUN_ERROR')).toHaveLength(1)
  expect(events.at(-1)!.type).toMatch(/^RUN_(FINISHED|ERROR)$/)
}

const types = (events: AgentEvent[]) => events.map(({ type }) => type)
const results = (events: AgentEvent[]) => events.flatMap(event => (event.type === 'TOOL_CALL_RESULT' ? [[event.toolCallId, event.content, event.metadata?.sampan?.error]] : []))
const last = (events: AgentEvent[]) => events.at(-1) as RunFinishedEvent

function orderTool(effects: unknown[] = []) {
  return defineTool({
    name: 'order',
    description: 'Orders.',
    input: z.object({ drink: z.string(), count: z._default(z.int(), 1) }),
    approval: 'ask',
    execute: args => { effects.push(args); return { number: 7 } },
  })
}
const find = defineTool({ name: 'find', description: 'Finds.', input: z.object({ keyword: z.string() }), execute: ({ keyword }) => [keyword] })

describe('createAgent', () => {
  it('answers with text and the usage of the run', () => {
    const events = run(createAgent({ model: mockModel(textAnswer('你', '好')) }))
    expect(types(events)).toEqual(['RUN_STARTED', 'STEP_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED'])
    expect(last(events)).toMatchObject({ outcome: { type: 'success' }, usage: [{ inputTokens: 10, outputTokens: 5 }] })
  })
  it('does nothing before it is subscribed to, and runs anew for each subscriber', () => {
    const model = mockModel(textAnswer('x'))
    const run$ = createAgent({ model })(ask(), createRunContext())
    expect(model.requests).toHaveLength(0)
    run$.subscribe()
    run$.subscribe()
    expect(model.requests).toHaveLength(2)
  })
  it('runs parallel tools, tells the model what came back, and goes on', () => {
    const model = mockModel(toolAnswer(['a', 'find', { keyword: '拿铁' }], ['b', 'find', { keyword: '美式' }]), textAnswer('两款'))
    const events = run(createAgent({ model, tools: [find] }))
    expect(results(events)).toEqual([['a', '["拿铁"]', undefined], ['b', '["美式"]', undefined]])
    expect(model.requests[1]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool'])
    expect(last(events).usage).toMatchObject([{ inputTokens: 20, outputTokens: 10 }])
  })
  it.each<[string, unknown, string]>([
    ['an unknown tool', ['x', 'nothing', {}], 'agent/tool-unknown'],
    ['arguments that do not fit', ['x', 'find', { keyword: 1 }], 'agent/tool-arguments-invalid'],
    ['arguments that are no JSON', ['x', 'find', '{"keyword":'], 'agent/tool-arguments-invalid'],
  ])('tells the model about %s and goes on', (_, call, code) => {
    const events = run(createAgent({ model: mockModel(toolAnswer(call as never), textAnswer('ok')), tools: [find] }))
    expect(results(events)[0]![2]).toBe(code)
    expect(last(events).outcome).toMatchObject({ type: 'success' })
  })
  it.each<[string, () => unknown, string]>([
    ['throws', () => { throw new Error('no milk') }, 'agent/tool-failed'],
    ['returns 5 MB', () => 'x'.repeat(5_000_000), 'agent/tool-result-too-large'],
    ['returns what does not fit', () => ({ number: 'seven' }), 'agent/tool-result-invalid'],
  ])('survives a tool that %s', (_, execute, code) => {
    const tool = defineTool({ name: 'bad', description: '', output: code.endsWith('invalid') ? z.object({ number: z.number() }) : undefined, execute: execute as () => any })
    const events = run(createAgent({ model: mockModel(toolAnswer(['x', 'bad', {}]), textAnswer('ok')), tools: [tool] }))
    expect(results(events)[0]![2]).toBe(code)
  })
  it('gives up on a tool that hangs, and tells it so', () => {
    const clock = createTestClock()
    let isCancelled = false
    const tool = defineTool({ name: 'slow', description: '', timeoutMs: 500, execute: (_args, { cancel }) => { cancel.onCancel(() => (isCancelled = true)); return new Promise<void>(() => {}) } })
    const events: AgentEvent[] = []
    createAgent({ model: mockModel(toolAnswer(['x', 'slow', {}]), textAnswer('ok')), tools: [tool] })(ask(), createRunContext({ clock })).subscribe(event => events.push(event))
    expect(results(events)).toEqual([])
    clock.advance(500)
    expect(results(events)[0]![2]).toBe('agent/tool-timeout')
    expect(isCancelled).toBe(true)
    expectLegal(events)
  })
  it('ends a run whose model calls tools for ever', () => {
    const events = run(createAgent({ model: mockModel(toolAnswer(['x', 'find', { keyword: 'x' }])), tools: [find], maxSteps: 3 }))
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/step-limit' })
  })
  it('keeps the text of an answer that is cut, and ends with the reason', () => {
    const events = run(createAgent({ model: mockModel(errorAnswer(new SampanError('transport/truncated', 'cut'), 'half')) }))
    expect(types(events)).toContain('TEXT_MESSAGE_END')
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'transport/truncated' })
  })
  it('never executes a call that is cut in its arguments', () => {
    const effects: unknown[] = []
    const cut = [...toolAnswer(['x', 'order', '{"drink":"拿']).slice(0, 2), { type: 'error' as const, error: new SampanError('transport/truncated', 'cut') }]
    const events = run(createAgent({ model: mockModel(cut), tools: [orderTool(effects)] }))
    expect(effects).toEqual([])
    expect(results(events)[0]![2]).toBe('agent/tool-arguments-cut')
  })
  it('checks structured output, in a fence or not', () => {
    const output = z.object({ city: z.string() })
    expect(last(run(createAgent({ model: mockModel(textAnswer('```json\n{"city":"深圳"}\n```')), output }))).result).toEqual({ city: '深圳' })
    expect(run(createAgent({ model: mockModel(textAnswer('sorry')), output })).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/output-invalid' })
  })
  it('refuses two tools of one name', () => {
    expect(() => createAgent({ model: mockModel(), tools: [find, find] })).toThrow(expect.objectContaining({ code: 'agent/invalid' }))
  })
})

describe('approvals', () => {
  const proposal = toolAnswer(['c', 'order', { drink: '拿铁' }])
  const history = (events: AgentEvent[]): RunInput['messages'] => events.flatMap(event => (event.type === 'MESSAGES_SNAPSHOT' ? event.messages : []))
  const resume = (payload: unknown) => [{ interruptId: 'approve-c', status: 'resolved' as const, payload }]

  it('asks first, and runs exactly once when approved', () => {
    const effects: unknown[] = []
    const states: LedgerState[] = []
    const memory = memoryLedger()
    const ledger = { get: memory.get, put: (entry: Parameters<typeof memory.put>[0]) => { states.push(entry.state); memory.put(entry) } }
    const agent = createAgent({ model: mockModel(proposal, textAnswer('好的')), tools: [orderTool(effects)] })
    const first = run(agent, ask(), createRunContext({ ledger }))
    expect(last(first).outcome).toMatchObject({ type: 'interrupt', interrupts: [{ id: 'approve-c', toolCallId: 'c' }] })
    expect([effects, states]).toEqual([[], ['proposed']])
    const input = ask({ runId: 'r2', messages: history(first), resume: resume({ approved: true }) })
    expect(last(run(agent, input, createRunContext({ ledger }))).outcome).toMatchObject({ type: 'success' })
    expect([effects, states]).toEqual([[{ drink: '拿铁', count: 1 }], ['proposed', 'executing', 'done']])
    // The same answer once more finds the result in the ledger.
    expect(results(run(agent, input, createRunContext({ ledger })))).toEqual([['c', '{"number":7}', undefined]])
    expect(effects).toHaveLength(1)
  })
  it('tells the model when the person says no, and checks what the person changed', () => {
    const effects: unknown[] = []
    const ledger = memoryLedger()
    const agent = createAgent({ model: mockModel(proposal, textAnswer('好的')), tools: [orderTool(effects)] })
    const messages = history(run(agent, ask(), createRunContext({ ledger })))
    const answer = (payload: unknown) => results(run(agent, ask({ runId: 'r2', messages, resume: resume(payload) }), createRunContext({ ledger: memoryLedger(ledger.entries()) })))
    expect(answer({ approved: false, reason: '太贵' })[0]).toEqual(['c', 'Denied: 太贵', 'agent/tool-denied'])
    expect(answer({ approved: true, editedArgs: { drink: 5 } })[0]![2]).toBe('agent/tool-arguments-invalid')
    expect(effects).toEqual([])
    answer({ approved: true, editedArgs: { drink: '美式', count: 2 } })
    expect(effects).toEqual([{ drink: '美式', count: 2 }])
  })
  it('asks again when the approval is for other arguments', () => {
    const effects: unknown[] = []
    const ledger = memoryLedger()
    const agent = createAgent({ model: mockModel(proposal), tools: [orderTool(effects)] })
    const messages = JSON.parse(JSON.stringify(history(run(agent, ask(), createRunContext({ ledger })))).replace('拿铁\\"', '黄金\\"')) as RunInput['messages']
    expect(last(run(agent, ask({ runId: 'r2', messages, resume: resume({ approved: true }) }), createRunContext({ ledger }))).outcome).toMatchObject({ type: 'interrupt' })
    expect(effects).toEqual([])
  })
  it('refuses a resume that leaves a question open', () => {
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'order', { drink: 'a' }], ['d', 'order', { drink: 'b' }])), tools: [orderTool()] })
    const messages = history(run(agent))
    expect(run(agent, ask({ runId: 'r2', messages, resume: resume({ approved: true }) })).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/resume-incomplete' })
  })
  it('denies by policy without asking, whatever the tool says', () => {
    const effects: unknown[] = []
    const agent = createAgent({ model: mockModel(proposal, textAnswer('ok')), tools: [orderTool(effects)], approval: { order: { deny: 'closed' } } })
    expect(results(run(agent))[0]).toEqual(['c', 'Denied: closed', 'agent/tool-denied'])
    expect(effects).toEqual([])
  })
})

describe('cancel and leaving', () => {
  it('ends a run at once with one terminal event, closes what is open and leaves the model', () => {
    const cancel = createCancel()
    const answer = new Subject<any>()
    const events: AgentEvent[] = []
    createAgent({ model: mockModel(answer) })(ask(), createRunContext({ cancel: cancel.signal })).subscribe(event => events.push(event))
    answer.next({ type: 'text-delta', delta: '半' })
    cancel.cancel()
    answer.next({ type: 'text-delta', delta: 'late' })
    expect(last(events).outcome).toEqual({ type: 'cancelled' })
    expect(answer.observed).toBe(false)
    expectLegal(events)
  })
  it('leaves the model when it is left', () => {
    const answer = new Subject<any>()
    const subscription = createAgent({ model: mockModel(answer) })(ask(), createRunContext()).subscribe()
    expect(answer.observed).toBe(true)
    subscription.unsubscribe()
    expect(answer.observed).toBe(false)
  })
})

describe('middleware', () => {
  it('holds the law whatever middleware does to a run', () => {
    const swallow = createAgent({ model: mockModel(textAnswer('x')), middleware: [() => of()] })
    expect(run(swallow).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'transport/truncated' })
    const broken = createAgent({ model: mockModel(textAnswer('x')), middleware: [() => { throw new Error('bug') }] })
    const events: AgentEvent[] = []
    expect(() => broken(ask(), createRunContext()).subscribe(event => events.push(event))).not.toThrow()
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR' })
  })
  it('wraps model calls, the first outermost', () => {
    const order: string[] = []
    const mark = (name: string) => (request: any, context: any, next: any) => { order.push(name); return next(request, context) }
    run(createAgent({ model: mockModel(finish()), modelMiddleware: [mark('outer'), mark('inner')] }))
    expect(order).toEqual(['outer', 'inner'])
  })
})

it('carries the types of a tool to execute and to what has its name', () => {
  const tool = defineTool({ name: 'typed', description: '', input: z.object({ n: z.number(), s: z.optional(z.string()) }), execute: ({ n, s }) => { expectTypeOf(n).toBeNumber(); expectTypeOf(s).toEqualTypeOf<string | undefined>(); return n } })
  expectTypeOf(tool.name).toEqualTypeOf<'typed'>()
  const agent = createAgent({ model: mockModel(NEVER), tools: [tool] })
  expectTypeOf(agent).toMatchTypeOf<Agent<typeof tool>>()
})
