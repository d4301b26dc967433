import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { contextOf, ended, endOf, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { jsonOutput } from './json-output.js'
import { withTools } from './with-tools.js'
import { createCancel } from '../context/cancel.js'
import type { Agent, AnyTool, RunInput, Schema } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { expectOfficiallyValid } from '../testkit/official-verifier.js'
import { createFlow, defineStep, defineWorkflow } from '../workflow/index.js'

// The agent that runs elsewhere stands here beside it: an agent is a function, wherever it runs.

const locate = (execute: (args: unknown) => unknown = () => ({ city: '杭州' }), more: object = {}): AnyTool => defineTool({ name: 'locate', description: 'Where the phone is.', execute, ...more })
const textOf = (events: AgentEvent[]): string => events.map(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
const snapshotOf = (events: AgentEvent[]) => {
  const messages = events.filter(({ type }) => type === 'MESSAGES_SNAPSHOT').map(event => (event as { messages: Message[] }).messages)
  const states = events.filter(({ type }) => type === 'STATE_SNAPSHOT').map(event => (event as { snapshot: unknown }).snapshot)
  return { messages: messages.at(-1)!, state: states.at(-1) }
}
/** What goes over a wire is plain JSON. */
const overWire = (agent: Agent): Agent => Object.assign(((input, context) => agent(JSON.parse(JSON.stringify(input)) as RunInput, { ...context, ledger: contextOf().ledger })) as Agent, { info: agent.info })

describe('an agent that runs elsewhere', () => {
  it('is told of tools that run here, calls them, and goes on with what they answer', () => {
    const model = mockModel(toolAnswer(['c', 'locate', {}]), textAnswer('你在杭州'))
    const events = run(withTools(overWire(createAgent({ model })), { tools: [locate()] }), question())
    expectOfficiallyValid(events)
    expect([textOf(events), resultsOf(events)]).toEqual(['你在杭州', [['c', '{"city":"杭州"}']]])
    expect(model.requests[0]!.tools!.map(({ name }) => name)).toEqual(['locate'])
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ role: 'tool', toolCallId: 'c', content: '{"city":"杭州"}' })
    expect(typesOf(events).filter(type => type === 'RUN_STARTED' || type === 'RUN_FINISHED')).toHaveLength(2)
  })
  it('keeps its own tools and its own result', () => {
    const own = defineTool({ name: 'weather', description: '', execute: () => 'sunny' })
    const remote = createAgent({ model: mockModel(toolAnswer(['w', 'weather', {}]), toolAnswer(['c', 'locate', {}]), textAnswer('{"ok":true}')), tools: [own], output: jsonOutput({ type: 'object' }) })
    const events = run(withTools(overWire(remote), { tools: [locate()] }), question())
    expectOfficiallyValid(events)
    expect(resultsOf(events)).toEqual([['w', 'sunny'], ['c', '{"city":"杭州"}']])
    expect(endOf(events)).toMatchObject({ runId: question().runId, result: { ok: true } })
  })
  it('waits for an approval of a tool that runs here, and goes on after it', () => {
    const ran: unknown[] = []
    const model = mockModel(toolAnswer(['c', 'locate', {}]), textAnswer('你在杭州'))
    const agent = withTools(overWire(createAgent({ model })), { tools: [locate(() => ran.push(1), { approval: 'ask' })] })
    const context = contextOf()
    const first = run(agent, question(), context)
    expectOfficiallyValid(first)
    expect([endOf(first).outcome, ran]).toMatchObject([{ type: 'interrupt', interrupts: [{ id: 'approve-c' }] }, []])
    const second = run(agent, question({ ...snapshotOf(first), runId: 'r2', resume: [{ interruptId: 'approve-c', status: 'resolved', payload: { approved: true } }] }), context)
    expectOfficiallyValid(second)
    expect([textOf(second), ran]).toEqual(['你在杭州', [1]])
    expect(model.requests).toHaveLength(2)
  })
  it('has the answers to its own questions, and only those', () => {
    const paid: unknown[] = []
    const pay = defineTool({ name: 'pay', description: '', approval: 'ask', execute: () => paid.push(1) })
    const remoteLedger = contextOf().ledger
    const remote = createAgent({ model: mockModel(toolAnswer(['p', 'pay', {}]), textAnswer('付好了')), tools: [pay] })
    const agent = withTools(Object.assign(((input, context) => remote(input, { ...context, ledger: remoteLedger })) as Agent, { info: remote.info }), { tools: [locate()] })
    const first = run(agent, question())
    expect([endOf(first).outcome, paid]).toMatchObject([{ type: 'interrupt', interrupts: [{ id: 'approve-p' }] }, []])
    const second = run(agent, question({ ...snapshotOf(first), runId: 'r2', resume: [{ interruptId: 'approve-p', status: 'resolved', payload: { approved: true } }] }))
    expectOfficiallyValid(second)
    expect([textOf(second), paid]).toEqual(['付好了', [1]])
  })
  it('ends with its error, and with an error where it calls without end', () => {
    const broken = run(withTools(createAgent({ model: mockModel() }), { tools: [locate()] }), question())
    expect(broken.at(-1)).toMatchObject({ type: 'RUN_ERROR' })
    const endless = createAgent({ model: mockModel(...Array.from({ length: 5 }, (_, index) => toolAnswer([`c${index}`, 'locate', {}]))) })
    expect(run(withTools(endless, { tools: [locate()], maxSteps: 3 }), question()).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/step-limit' })
  })
  it('leaves calls of the caller’s tools to the caller', () => {
    const remote = createAgent({ model: mockModel(toolAnswer(['c', 'theirs', {}])) })
    const events = run(withTools(overWire(remote), { tools: [locate()] }), question({ tools: [{ name: 'theirs', description: '' }] }))
    expect(endOf(events).outcome).toEqual({ type: 'success', pendingToolCallIds: ['c'] })
  })
  it('is cancelled with the run', () => {
    const cancel = createCancel()
    let isTold = false
    const slow = defineTool({ name: 'locate', description: '', replay: 'idempotent', execute: (_, { cancel: told }) => new Promise(() => void told.onCancel(() => void (isTold = true))) })
    const recording = record(withTools(createAgent({ model: mockModel(toolAnswer(['c', 'locate', {}])) }), { tools: [slow] }), question(), contextOf({ cancel: cancel.signal }))
    expect(recording.events.at(-1)!.type).not.toBe('RUN_FINISHED')
    void cancel.cancel()
    expect(endOf(ended(recording)).outcome).toEqual({ type: 'cancelled' })
    expect(isTold).toBe(true)
  })
})

describe('a workflow that runs elsewhere', () => {
  const ask = defineTool({ name: 'locate', description: 'Where the phone is.', input: z.object({ dish: z.string() }), output: z.object({ city: z.string() }) as Schema<{ city: string }> })
  const order = defineStep({ name: 'order', replay: 'idempotent', execute: (place: { city: string }) => ({ to: place.city }) })
  it('has a tool run here by a step that nobody executes there, and goes on behind it', () => {
    const workflow = defineWorkflow({ name: 'delivery', flow: createFlow<{ dish: string }>().then(ask).then(order) })
    const given: unknown[] = []
    const events = run(withTools(overWire(workflow), { tools: [locate(args => (given.push(args), { city: '杭州' }), { input: { type: 'object' } })] }), question({ forwardedProps: { input: { dish: '面' } } }))
    expectOfficiallyValid(events)
    expect([given, endOf(events)]).toMatchObject([[{ dish: '面' }], { outcome: { type: 'success' }, result: { to: '杭州' } }])
  })
})
