import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { answers, asked, contextOf, endOf, question, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { createTeam, type TeamOptions } from './create-team.js'
import { defineTool } from './define-tool.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'

const handTo = (name: string, id = 'call_0'): MockAnswer => toolAnswer([id, 'transfer_to_' + name, { reason: 'money' }])
const pay = (effects: string[]) => defineTool({ name: 'pay', description: '', input: z.object({}), approval: 'ask', execute: (_, { toolCallId }) => void effects.push(toolCallId) })

/** Members by name, with what their models say. */
function teamOf(members: Record<string, MockAnswer[]>, more: Partial<TeamOptions> = {}, effects: string[] = []) {
  const models = Object.fromEntries(Object.entries(members).map(([name, says]) => [name, mockModel(...says)]))
  const agents = Object.entries(models).map(([name, model]) => createAgent({ name, description: 'Knows ' + name, model, tools: [pay(effects)] }))
  return { models, effects, team: createTeam({ agents, ...more }) }
}
const stateOf = (events: readonly AgentEvent[]): unknown => events.reduce<unknown>((state, event) => (event.type === 'STATE_SNAPSHOT' ? event.snapshot : state), undefined)
const changes = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'CUSTOM' && event.name === 'sampan:agent-changed' ? [event.value] : []))
const said = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : []))
const next = (runId: string, content: string, messages: Message[] = []) => ({ runId, messages: messages.concat({ id: runId, role: 'user', content }) })

describe('a team', () => {
  it('lets the first member answer, and offers it the others', () => {
    const { team, models } = teamOf({ triage: [textAnswer('hello')], billing: [], repairs: [] })
    const events = run(team)
    expect(said(events)).toEqual(['hello'])
    expect(models.triage!.requests[0]!.tools!.map(({ name }) => name)).toEqual(['pay', 'transfer_to_billing', 'transfer_to_repairs'])
    expect(stateOf(events)).toBeUndefined()
  })
  it('is one run when one hands over: one start, one end, one usage, and who answers is told', () => {
    const { team, models } = teamOf({ triage: [handTo('billing')], billing: [textAnswer('paid')] })
    const events = run(team)
    expect(typesOf(events).filter(type => type.startsWith('RUN_'))).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    expect(changes(events)).toEqual([{ name: 'billing', from: 'triage' }])
    expect(resultsOf(events)).toEqual([['call_0', 'The conversation is with billing now.']])
    expect(endOf(events)).toMatchObject({ runId: 'run-1', outcome: { type: 'success' }, usage: [{ inputTokens: 20, outputTokens: 10 }] })
    expect(models.billing!.requests[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(stateOf(events)).toEqual({ sampan: { agents: { team: 'billing' } } })
  })
  it('begins later runs with who answered last, whom it names again, and with the first where that one is gone', () => {
    const { team } = teamOf({ triage: [textAnswer('triage')], billing: [textAnswer('billing')] })
    const state = { own: 1, sampan: { agents: { team: 'billing' } } }
    const later = run(team, question({ state }))
    expect([said(later), changes(later), typesOf(later).slice(0, 2)]).toEqual([['billing'], [{ name: 'billing' }], ['RUN_STARTED', 'CUSTOM']])
    expect(said(run(team, question({ state: { sampan: { agents: { team: 'nobody' } } } })))).toEqual(['triage'])
    expect(said(run(teamOf({ a: [textAnswer('a')], b: [textAnswer('b')] }, { start: 'b' }).team))).toEqual(['b'])
  })
  it('puts the question of a member, and gives it the answer', () => {
    const { team, effects } = teamOf({ triage: [handTo('billing')], billing: [toolAnswer(['call_0', 'pay', {}]), textAnswer('done')] })
    const context = contextOf()
    const first = run(team, question(), context)
    const [interrupt] = asked(first)
    const second = run(team, answers(first, { [interrupt!.id]: { approved: true } }, { state: stateOf(first) }), context)
    expect([effects, said(second)]).toEqual([[interrupt!.toolCallId], ['done']])
    expect(stateOf(first)).toEqual({ sampan: { agents: { team: 'billing' } } })
  })
  it('hands over once in an answer that does so twice, and after the tools beside it', () => {
    const { team } = teamOf({ triage: [toolAnswer(['a', 'transfer_to_billing', {}], ['b', 'transfer_to_repairs', {}])], billing: [textAnswer('billing')], repairs: [textAnswer('repairs')] })
    const events = run(team)
    expect(said(events)).toEqual(['billing'])
    expect(resultsOf(events)).toEqual([['a', 'The conversation is with billing now.'], ['b', 'Not done: the conversation went to billing.']])
  })
  it('asks before it hands over, where a tool beside it needs a person', () => {
    const { team, effects } = teamOf({ triage: [toolAnswer(['a', 'pay', {}], ['b', 'transfer_to_billing', {}])], billing: [textAnswer('billing')] })
    const context = contextOf()
    const first = run(team, question(), context)
    const second = run(team, answers(first, { 'approve-a': { approved: true } }), context)
    expect([effects, changes(second), said(second)]).toEqual([['a'], [{ name: 'billing', from: 'triage' }], ['billing']])
  })
  it('leaves tools of the caller to the caller, and goes on with who took over', () => {
    const { team } = teamOf({ triage: [toolAnswer(['a', 'look', {}], ['b', 'transfer_to_billing', {}])], billing: [textAnswer('billing')] })
    const events = run(team, question({ tools: [{ name: 'look', description: '' }] }))
    expect(endOf(events).outcome).toEqual({ type: 'success', pendingToolCallIds: ['a'] })
    expect(resultsOf(events)).toEqual([['b', 'The conversation is with billing now.']])
    expect(stateOf(events)).toEqual({ sampan: { agents: { team: 'billing' } } })
  })
  it('ends where members only hand each other the conversation', () => {
    const { team } = teamOf({ a: [handTo('b')], b: [handTo('a')] }, { maxHandoffs: 3 })
    const events = run(team)
    expect(changes(events)).toHaveLength(3)
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/step-limit' })
  })
  it('counts anew when the person has said something', () => {
    const { team } = teamOf({ a: [handTo('b'), textAnswer('a')], b: [handTo('a')] }, { maxHandoffs: 2 })
    const context = contextOf()
    expect(endOf(run(team, question(), context)).type).toBe('RUN_FINISHED')
    expect(endOf(run(team, question(next('run-2', 'more')), context)).type).toBe('RUN_FINISHED')
  })
  it('lets a member hand over only to whom it may', () => {
    const { team, models } = teamOf({ a: [handTo('c')], b: [], c: [textAnswer('c')] }, { handovers: { a: ['c'], c: [] } })
    run(team)
    const offered = (name: string) => models[name]!.requests[0]!.tools!.map(tool => tool.name).filter(name => name !== 'pay')
    expect([offered('a'), offered('c')]).toEqual([['transfer_to_c'], []])
  })
  it('shows a member what the filter lets through, and still tells the whole conversation', () => {
    const inputFilter = (messages: Message[], to: string) => (to === 'billing' ? messages.filter(({ role }) => role === 'user') : messages)
    const { team, models } = teamOf({ triage: [handTo('billing')], billing: [toolAnswer(['p', 'pay', {}])] }, { inputFilter })
    const events = run(team)
    expect(models.billing!.requests[0]!.messages.map(({ role }) => role)).toEqual(['user'])
    const snapshot = events.find(event => event.type === 'MESSAGES_SNAPSHOT') as { messages: Message[] }
    expect(snapshot.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
  })
  it('refuses members whose names do not fit, are there twice, or are not there', () => {
    const agent = (name: string) => createAgent({ name, model: mockModel() })
    for (const options of [{ agents: [] }, { agents: [agent('账单')] }, { agents: [agent('a'), agent('a')] }, { agents: [agent('a')], start: 'b' }, { agents: [agent('a')], handovers: { a: ['b'] } }]) {
      expect(() => createTeam(options), JSON.stringify(options)).toThrow(expect.objectContaining({ code: 'agent/invalid' }))
    }
  })
})
