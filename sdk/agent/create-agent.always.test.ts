import { describe, expect, it } from 'vitest'
import { answers, asked, contextOf, loggingLedger, question, resultsOf, run } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AgentEvent } from '../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const order = defineTool({ name: 'order', description: '', input: { type: 'object', properties: { n: { type: 'number' } } }, approval: 'ask', execute: ({ n }) => 'ordered ' + n })
const answer = defineTool({ name: 'answer', description: '' })
const stateOf = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'STATE_SNAPSHOT' ? [event.snapshot] : [])).pop()

/** Asks once, answers so, and then runs once more with the state that came back. */
function sayOnce(payload: unknown, tool: string = 'order', state?: unknown) {
  const ledger = loggingLedger()
  const model = mockModel(toolAnswer(['c1', tool, { n: 1 }]), textAnswer('好'), toolAnswer(['c2', tool, { n: 2 }]), textAnswer('好'))
  const agent = createAgent({ model, tools: [order, answer] })
  const context = contextOf({ ledger })
  const first = run(agent, question({ state }), context)
  const second = run(agent, answers(first, { [asked(first)[0]!.id]: payload }, { state: stateOf(first) }), context)
  const kept = stateOf(second)
  return { second, kept, third: run(agent, question({ runId: 'run-3', state: kept ?? stateOf(first) }), context) }
}

describe('an answer for good', () => {
  it('lets the tool run without a question from then on', () => {
    const { second, kept, third } = sayOnce({ approved: true, always: true })
    expect(resultsOf(second)).toEqual([['c1', 'ordered 1']])
    expect(kept).toEqual({ sampan: { approvals: { order: 'allow' } } })
    expect(resultsOf(third)).toEqual([['c2', 'ordered 2']])
  })
  it('is told before the tool runs, so that it is kept whatever the tool does', () => {
    const types = sayOnce({ approved: true, always: true }).second.map(event => event.type)
    expect(types.indexOf('STATE_SNAPSHOT')).toBeLessThan(types.indexOf('TOOL_CALL_RESULT'))
  })
  it('may be a no', () => {
    const { kept, third } = sayOnce({ approved: false, always: true, reason: '不要' })
    expect(kept).toEqual({ sampan: { approvals: { order: { deny: '不要' } } } })
    expect(resultsOf(third)).toEqual([['c2', 'Denied: 不要', 'agent/tool-denied']])
  })
  it('leaves what others keep in the state', () => {
    const state = { theirs: 1, sampan: { runs: { r: 2 }, approvals: { other: 'allow' } } }
    expect(sayOnce({ approved: true, always: true }, 'order', state).kept).toEqual({ theirs: 1, sampan: { runs: { r: 2 }, approvals: { other: 'allow', order: 'allow' } } })
  })
  it.each([{ approved: true }, { approved: true, always: 'yes' }, { approved: false }])('is none where %j holds once', payload => {
    const { second, third } = sayOnce(payload)
    expect(second.map(event => event.type)).not.toContain('STATE_SNAPSHOT')
    expect(asked(third)).toMatchObject([{ toolCallId: 'c2' }])
  })
  it('is none where the person gave a result that says so', () => {
    const { second, third } = sayOnce({ always: true, approved: true }, 'answer')
    expect(second.map(event => event.type)).not.toContain('STATE_SNAPSHOT')
    expect(asked(third)).toMatchObject([{ reason: 'input_required' }])
  })
  it('is none where what it answers was never proposed', () => {
    const agent = createAgent({ model: mockModel(toolAnswer(['c1', 'order', { n: 1 }]), textAnswer('好')), tools: [order] })
    const first = run(agent)
    const second = run(agent, answers(first, { 'approve-c1': { approved: true, always: true } }), contextOf({ ledger: loggingLedger() }))
    expect(asked(second)).toHaveLength(1)
    expect(stateOf(second)).toEqual({})
  })
})
