import { describe, expect, it } from 'vitest'
import { contextOf, endOf, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { createCancel } from '../context/cancel.js'
import type { ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const reset: ModelEvent = { type: 'reset', error: new SampanError('transport/truncated', 'cut') }
const text = (delta: string): ModelEvent => ({ type: 'text-delta', delta })
const used: ModelEvent = { type: 'usage', usage: { provider: 'mock', model: 'mock', inputTokens: 3 } }
const call: ModelEvent[] = [{ type: 'tool-call-start', toolCallId: 'call_0', toolCallName: 'find' }, { type: 'tool-call-delta', toolCallId: 'call_0', delta: '{"n":1' }]

function agentOf(...first: ModelEvent[]) {
  const effects: unknown[] = []
  const model = mockModel(first, textAnswer('完'))
  const find = defineTool({ name: 'find', description: '', input: { type: 'object', properties: { n: { type: 'number' } } }, execute: (args, { toolCallId }) => (effects.push([toolCallId, args]), 'found') })
  return { effects, model, agent: createAgent({ model, tools: [find] }) }
}
const startsOf = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'TEXT_MESSAGE_START' ? [event.messageId] : []))

describe('an answer that begins anew', () => {
  it('closes what is open, takes it back for those who know us and those who do not, and goes on under another id', () => {
    const { agent } = agentOf({ type: 'reasoning-delta', delta: '想' }, text('好'), ...call, reset, ...textAnswer('对'))
    const events = run(agent)
    const [first, second] = startsOf(events)
    expect(first).not.toBe(second)
    const types = typesOf(events)
    const at = types.indexOf('CUSTOM')
    expect(types.slice(at - 2, at + 3)).toEqual(['TEXT_MESSAGE_END', 'TOOL_CALL_END', 'CUSTOM', 'MESSAGES_SNAPSHOT', 'TEXT_MESSAGE_START'])
    expect(events.slice(at, at + 2)).toEqual([{ type: 'CUSTOM', name: 'sampan:step-reset', value: { messageId: first } }, { type: 'MESSAGES_SNAPSHOT', messages: question().messages }])
  })
  it('keeps nothing of it in the history, and counts what it used', () => {
    const { agent, model } = agentOf({ type: 'reasoning-delta', delta: '想' }, text('错'), used, reset, ...toolAnswer(['c', 'find', {}]))
    const events = run(agent)
    expect(model.requests[1]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(JSON.stringify(model.requests[1]!.messages)).not.toMatch(/错|想/)
    expect(endOf(events).usage).toMatchObject([{ inputTokens: 23 }])
  })
  it('neither runs nor answers a call of it', () => {
    const { agent, effects } = agentOf(...call, { type: 'tool-call-delta', toolCallId: 'call_0', delta: '}' }, reset, ...textAnswer('好'))
    expect(resultsOf(run(agent))).toEqual([])
    expect(effects).toEqual([])
  })
  it('gives the same call the same id, so that it is known when the answer is read again without its false start', () => {
    const { agent, effects } = agentOf(...call, reset, ...call, reset, ...toolAnswer(['call_0', 'find', { n: 2 }]))
    expect(resultsOf(run(agent))).toEqual([['call_0', 'found']])
    expect(effects).toEqual([['call_0', { n: 2 }]])
  })
  it('still answers a call of an earlier step that a cancel left open, and none of the answer that was dropped', () => {
    const { signal, cancel } = createCancel()
    const { agent } = agentOf(...call, reset, text('好'))
    const context = contextOf({ cancel: signal })
    const hung = mockModel([...call, reset, ...toolAnswer(['c', 'hang', {}])])
    const hang = defineTool({ name: 'hang', description: '', execute: () => ({ then() {} }) as never, replay: 'idempotent' })
    const recording = record(createAgent({ model: hung, tools: [hang] }), question(), context)
    cancel()
    expect(resultsOf(recording.events).map(([id]) => id)).toEqual(['c'])
    expect(endOf(run(agent))).toMatchObject({ code: 'transport/truncated' })
  })
  it('that ends in an error ends the run, with what came last', () => {
    const { agent } = agentOf(text('错'), reset, text('又'), { type: 'error', error: new SampanError('endpoint/provider-error', 'gone') })
    const events = run(agent)
    expect(startsOf(events)).toHaveLength(2)
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'endpoint/provider-error' })
  })
  it('costs a step no more than any other', () => {
    const { agent, model } = agentOf(text('错'), reset, text('对'), ...finish())
    expect(typesOf(run(agent)).filter(type => type === 'STEP_STARTED')).toHaveLength(1)
    expect(model.requests).toHaveLength(1)
  })
})
