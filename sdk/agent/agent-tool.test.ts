import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { manager, paying, payTool, stateOf, yes } from './__fixtures__/paying-agents.js'
import { answers, asked, contextOf, endOf, ended, historyOf, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { agentTool } from './agent-tool.js'
import { createAgent } from './create-agent.js'
import { jsonOutput } from './json-output.js'
import { createCancel } from '../context/cancel.js'
import type { RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'
import { SampanError } from '../errors.js'

const child = (...says: MockAnswer[]) => createAgent({ name: 'child', description: 'Helps.', model: mockModel(...says) })
const tagOf = (event: AgentEvent) => (event as { subagentRunId?: string }).subagentRunId

describe('an agent as a tool', () => {
  it('stands in the log of the run that called it, under its own tag, and its last word is the result', () => {
    const { agent, model } = manager(child(textAnswer('forty', '-two')), 'what is it?')
    const events = run(agent)
    const [start] = events.filter(event => event.type === 'SUBAGENT_STARTED')
    const id = tagOf(start!)!
    expect(start).toMatchObject({ name: 'child', description: 'Helps.', parentToolCallId: 'call_0' })
    expect(events.filter(event => tagOf(event) === id).map(({ type }) => type)).toEqual(['SUBAGENT_STARTED', 'STEP_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'SUBAGENT_FINISHED'])
    expect(resultsOf(events)).toEqual([['call_0', 'forty-two']])
    expect(typesOf(events).filter(type => type.startsWith('RUN_'))).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ role: 'tool', content: 'forty-two' })
  })
  it('is asked what the call says and no more, with its arguments for a workflow', () => {
    let asked: RunInput | undefined
    const inner = createAgent({ name: 'child', model: mockModel(textAnswer('x')), middleware: [(input, context, next) => (asked = input, next(input, context))] })
    const tool = agentTool({ agent: inner, name: 'ask', input: z.object({ city: z.string() }), prompt: ({ city }) => 'Weather in ' + city })
    run(createAgent({ model: mockModel(toolAnswer(['c', 'ask', { city: '杭州' }]), textAnswer('x')), tools: [tool] }))
    expect(asked).toMatchObject({ messages: [{ role: 'user', content: 'Weather in 杭州' }], forwardedProps: { input: { city: '杭州' } }, tools: [], parentRunId: 'run-1', threadId: 'thread' })
  })
  it('is told the arguments as JSON, where nobody says what to ask', () => {
    const model = mockModel(textAnswer('x'))
    const tool = agentTool({ agent: createAgent({ name: 'child', model }), input: z.object({ city: z.string() }) })
    run(createAgent({ model: mockModel(toolAnswer(['c', 'child', { city: '杭州' }]), textAnswer('x')), tools: [tool] }))
    expect(model.requests[0]!.messages).toMatchObject([{ content: '{"city":"杭州"}' }])
  })
  it('gives the checked value of an agent with an output schema', () => {
    const inner = createAgent({ name: 'child', model: mockModel(textAnswer('{"n":1}')), output: jsonOutput(z.object({ n: z.number() })) })
    expect(resultsOf(run(manager(inner, 'x').agent))).toEqual([['call_0', '{"n":1}']])
  })
  it('that fails is an error the model hears of, and the run goes on', () => {
    const events = run(manager(child(errorAnswer(new SampanError('endpoint/provider-error', 'too hot'), 'half')), 'x').agent)
    expect(events.find(event => event.type === 'SUBAGENT_ERROR')).toMatchObject({ message: 'too hot', code: 'endpoint/provider-error' })
    expect(resultsOf(events)).toEqual([['call_0', 'Error: too hot', 'agent/tool-failed']])
    expect(endOf(events)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } })
  })
  it('that takes too long is cancelled, and closed before the result', () => {
    const clock = createTestClock()
    const tool = agentTool({ agent: child(NEVER), timeoutMs: 1_000 })
    const recording = record(createAgent({ model: mockModel(toolAnswer(['c', 'child', { request: 'x' }]), textAnswer('x')), tools: [tool] }), question(), contextOf({ clock }))
    clock.advance(1_000)
    const events = ended(recording)
    expect(resultsOf(events)).toEqual([['c', expect.stringContaining('1000 ms'), 'agent/tool-timeout']])
    expect(typesOf(events).indexOf('SUBAGENT_ERROR')).toBeLessThan(typesOf(events).indexOf('TOOL_CALL_RESULT'))
  })
  it('is cancelled with the run that called it, which ends at once', () => {
    const cancel = createCancel()
    const recording = record(manager(child(NEVER), 'x').agent, question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    expect(endOf(ended(recording))).toMatchObject({ outcome: { type: 'cancelled' } })
  })
  it('counts in the usage of the run, as it is used', () => {
    const charged: unknown[] = []
    const context = contextOf({ budget: { charge: usage => void charged.push(usage), exhausted: () => undefined } })
    expect(endOf(run(manager(manager(child(textAnswer('x')), 'y').agent as never, 'x').agent, question(), context)).usage).toEqual([{ provider: 'mock', model: 'mock', inputTokens: 20, outputTokens: 10 }])
    expect(endOf(run(manager(child(textAnswer('x')), 'x').agent, question(), context)).usage).toEqual([{ provider: 'mock', model: 'mock', inputTokens: 30, outputTokens: 15 }])
    expect(charged).toHaveLength(5)
  })
})

describe('a question of an agent inside', () => {
  it('is asked by the run, under an id and a call of its own, and answered like any other', () => {
    const effects: unknown[] = []
    const { agent } = manager(paying(effects), 'pay 5')
    const context = contextOf()
    const first = run(agent, question(), context)
    const [interrupt] = asked(first)
    const id = interrupt!.subagentRunId!
    expect(interrupt).toMatchObject({ id: id + '/approve-call_0', toolCallId: id + '/call_0', reason: 'tool_call' })
    expect(first.find(event => event.type === 'SUBAGENT_FINISHED')).toMatchObject({ outcome: { type: 'suspended', interruptIds: [interrupt!.id] } })
    expect([effects, resultsOf(first)]).toEqual([[], []])
    const second = run(agent, yes(first), context)
    expect(effects).toEqual([5])
    expect(resultsOf(second)).toEqual([[id + '/call_0', 'paid 5'], ['call_0', 'paid']])
    expect(second.find(event => event.type === 'SUBAGENT_STARTED')).toMatchObject({ subagentRunId: id, parentToolCallId: 'call_0' })
    expect(endOf(second).outcome).toEqual({ type: 'success' })
    expect(stateOf(second), 'what it kept is taken out of the state').toEqual({})
  })
  it('may be answered for good: it holds for that agent in this thread, and for no tool of the same name elsewhere', () => {
    const effects: unknown[] = []
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 5 }]), textAnswer('paid'), toolAnswer(['call_0', 'pay', { amount: 6 }]), textAnswer('paid')), tools: [payTool(effects)] })
    const model = mockModel(toolAnswer(['a', 'child', { request: 'x' }]), textAnswer('done'), toolAnswer(['b', 'child', { request: 'y' }], ['c', 'pay', { amount: 7 }]), textAnswer('done'))
    const agent = createAgent({ model, tools: [agentTool({ agent: inner }), payTool(effects)] })
    const context = contextOf()
    const first = run(agent, question(), context)
    const second = run(agent, answers(first, { [asked(first)[0]!.id]: { approved: true, always: true } }, { state: JSON.parse(JSON.stringify(stateOf(first))) }), context)
    expect(stateOf(second)).toEqual({ sampan: { approvals: { 'child/': { pay: 'allow' } } } })
    const third = run(agent, question({ runId: 'run-3', state: stateOf(second) }), context)
    expect([effects, asked(third).map(({ toolCallId }) => toolCallId)]).toEqual([[5, 6], ['c']])
  })
  it('reaches the agent it comes from, side by side with others, all in one resume', () => {
    const effects: unknown[] = []
    const amounts = [1, 2, 3]
    const inner = createAgent({ name: 'child', model: mockModel(...amounts.map(amount => toolAnswer(['call_0', 'pay', { amount }])), textAnswer('ok')), tools: [payTool(effects)] })
    const { agent } = manager(inner, 'a', 'b', 'c')
    const context = contextOf()
    const first = run(agent, question(), context)
    const [a, b, c] = asked(first)
    expect(new Set(asked(first).flatMap(({ id, toolCallId }) => [id, toolCallId])).size).toBe(6)
    const second = run(agent, answers(first, { [a!.id]: { approved: true }, [b!.id]: { approved: false, reason: 'no' }, [c!.id]: { approved: true, editedArgs: { amount: 30 } } }, { state: stateOf(first) }), context)
    expect(effects).toEqual([1, 30])
    expect(resultsOf(second).filter(([id]) => id.includes('/'))).toEqual([[a!.toolCallId, 'paid 1'], [b!.toolCallId, 'Denied: no', 'agent/tool-denied'], [c!.toolCallId, 'paid 30']])
    expect(resultsOf(second).filter(([id]) => !id.includes('/')).map(([id]) => id)).toEqual(['call_0', 'call_1', 'call_2'])
  })
  it('that lacks an answer makes the whole resume do nothing', () => {
    const effects: unknown[] = []
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 5 }])), tools: [payTool(effects)], maxSteps: 1 })
    const { agent } = manager(inner, 'a', 'b')
    const context = contextOf()
    const first = run(agent, question(), context)
    const [only] = asked(first)
    const second = run(agent, answers(first, { [only!.id]: { approved: true } }, { state: stateOf(first) }), context)
    expect([endOf(second).code, effects]).toEqual(['agent/resume-incomplete', []])
    run(agent, yes(first), context)
    expect(effects).toEqual([5, 5])
  })
  it('comes up again as often as the agent asks, two runs deep', () => {
    const effects: unknown[] = []
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), toolAnswer(['call_0', 'pay', { amount: 2 }]), textAnswer('both')), tools: [payTool(effects)] })
    const middle = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'child', { request: 'x' }]), textAnswer('middle')), tools: [agentTool({ agent: inner })] })
    const { agent } = manager(middle, 'x')
    const context = contextOf()
    const first = run(agent, question(), context)
    expect(first.filter(event => event.type === 'SUBAGENT_STARTED').map(event => (event as { parentSubagentRunId?: string }).parentSubagentRunId)).toEqual([undefined, asked(first)[0]!.id.split('/')[0]])
    const second = run(agent, yes(first), context)
    expect(effects).toEqual([1])
    const third = run(agent, yes(second, { runId: 'run-3' }), context)
    expect(effects).toEqual([1, 2])
    expect(resultsOf(third).at(-1)).toEqual(['call_0', 'middle'])
    expect(stateOf(third)).toEqual({})
  })
  it('may be whether to ask the agent at all, with other arguments', () => {
    const model = mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('paid'))
    const tool = agentTool({ agent: createAgent({ name: 'child', model, tools: [payTool()] }), approval: 'ask' })
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'child', { request: 'all' }]), textAnswer('x')), tools: [tool] })
    const context = contextOf()
    const first = run(agent, question(), context)
    expect(model.requests).toEqual([])
    const second = run(agent, answers(first, { 'approve-c': { approved: true, editedArgs: { request: 'less' } } }), context)
    expect(model.requests[0]!.messages).toMatchObject([{ content: 'less' }])
    expect(resultsOf(run(agent, yes(second, { runId: 'run-3' }), context)).at(-1)).toEqual(['c', 'paid'])
  })
  it('goes on with the arguments that the ledger knows, whatever the state that comes back says of them', () => {
    const effects: unknown[] = []
    const begun: string[] = []
    const tool = agentTool({ agent: paying(effects), prompt: ({ request }) => (begun.push(request), request) })
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'child', { request: 'less' }]), textAnswer('x')), tools: [tool] })
    const context = contextOf()
    const first = run(agent, question(), context)
    const changed = (text: string): unknown => JSON.parse(text.replaceAll('less', 'all'))
    const { messages, state, ...answer } = yes(first)
    const stateChanged = run(agent, { ...answer, messages, state: changed(JSON.stringify(state)) }, context)
    expect([begun, effects, resultsOf(stateChanged).at(-1)]).toEqual([['less', 'less'], [5], ['c', 'paid']])
  })
  it('is not gone on with where the state and the messages say that its arguments were others', () => {
    const effects: unknown[] = []
    const begun: string[] = []
    const tool = agentTool({ agent: paying(effects), prompt: ({ request }) => (begun.push(request), request) })
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'child', { request: 'less' }]), textAnswer('x')), tools: [tool] })
    const context = contextOf()
    const input = yes(run(agent, question(), context))
    const both = run(agent, JSON.parse(JSON.stringify(input).replaceAll('less', 'all')), context)
    expect([begun, effects]).toEqual([['less'], []])
    expect(resultsOf(both)).toEqual([['c', expect.stringContaining('unknown'), 'agent/tool-outcome-unknown']])
  })
})

describe('the ledger', () => {
  it('keeps calls of agents apart whose providers number them from 0', () => {
    const ledger = loggingLedger()
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('1'), toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('2')), tools: [payTool([], { approval: 'allow' })] })
    run(manager(inner, 'a', 'b').agent, question(), contextOf({ ledger }))
    const keys = ledger.entries().map(({ idempotencyKey }) => idempotencyKey)
    expect(ledger.entries().map(({ toolCallId }) => toolCallId)).toEqual(['call_0', keys[0] + '/call_0', 'call_1', keys[2] + '/call_0'])
    expect(new Set(keys).size).toBe(4)
  })
  it('has one key for a call from its first entry to its last, and hands it to the tool', () => {
    const entries: (string | undefined)[] = []
    const ledger = loggingLedger()
    const seen: string[] = []
    const tool = payTool([], { execute: (_: unknown, { idempotencyKey }: { idempotencyKey: string }) => seen.push(idempotencyKey) })
    const agent = createAgent({ model: mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('x')), tools: [tool] })
    const context = contextOf({ ledger: { get: ledger.get, put: entry => (entries.push(entry.idempotencyKey), ledger.put(entry)) } })
    const first = run(agent, question(), context)
    run(agent, answers(first, { 'approve-call_0': { approved: true, editedArgs: { amount: 2 } } }), context)
    expect(entries).toEqual([seen[0], seen[0], seen[0]])
    expect(historyOf(first)).toHaveLength(2)
  })
  it('gives another conversation another key for a call of the same id', () => {
    const seen: string[] = []
    const agent = () => createAgent({ model: mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('x')), tools: [payTool([], { approval: 'allow', execute: (_: unknown, { idempotencyKey }: { idempotencyKey: string }) => seen.push(idempotencyKey) })] })
    const { ids } = contextOf()
    run(agent(), question(), contextOf({ ids }))
    run(agent(), question({ threadId: 'other' }), contextOf({ ids }))
    expect(new Set(seen).size).toBe(2)
  })
})
