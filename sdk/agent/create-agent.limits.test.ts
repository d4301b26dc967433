import { describe, expect, it } from 'vitest'
import { answers, asked, contextOf, endOf, question, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { TokenUsage } from '../protocol/messages.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const find = defineTool({ name: 'find', description: '', execute: () => 'nothing' })
const loop = () => mockModel(() => toolAnswer(['c', 'find', {}]))

describe('a model that calls tools for ever', () => {
  it('is stopped after 12 calls', () => {
    const model = loop()
    const events = run(createAgent({ model, tools: [find] }))
    expect(model.requests).toHaveLength(12)
    expect(resultsOf(events)).toHaveLength(12)
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/step-limit', usage: [{ inputTokens: 120 }] })
  })
  it('is stopped after maxSteps, which may be one', () => {
    const model = loop()
    expect(endOf(run(createAgent({ model, tools: [find], maxSteps: 1 })))).toMatchObject({ code: 'agent/step-limit' })
    expect(model.requests).toHaveLength(1)
  })
  it('costs no depth of the stack, even where nothing takes time', () => {
    const model = loop()
    expect(endOf(run(createAgent({ model, tools: [find], maxSteps: 2_000 })))).toMatchObject({ code: 'agent/step-limit' })
    expect(model.requests).toHaveLength(2_000)
  })
  it('does not carry the limit over to the next run', () => {
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'find', {}]), textAnswer('好')), tools: [find], maxSteps: 2 })
    expect(endOf(run(agent)).outcome).toEqual({ type: 'success' })
    expect(endOf(run(agent)).outcome).toEqual({ type: 'success' })
  })
})

describe('a budget', () => {
  const budgetOf = (tokens: number) => {
    let left = tokens
    return { charge: (usage: TokenUsage) => void (left -= usage.inputTokens ?? 0), exhausted: () => (left <= 0 ? '今天的额度用完了' : undefined) }
  }
  it('is charged for each call, and asked before the next', () => {
    const model = loop()
    const events = run(createAgent({ model, tools: [find] }), question(), contextOf({ budget: budgetOf(20) }))
    expect(model.requests).toHaveLength(2)
    expect(asked(events)).toEqual([{ id: 'budget-run-1', reason: 'sampan:budget', message: '今天的额度用完了' }])
  })
  it('that is used up before the run asks nothing of the model', () => {
    const model = loop()
    expect(typesOf(run(createAgent({ model }), question(), contextOf({ budget: budgetOf(0) })))).toEqual(['RUN_STARTED', 'STATE_SNAPSHOT', 'MESSAGES_SNAPSHOT', 'RUN_FINISHED'])
    expect(model.requests).toHaveLength(0)
  })
  it('is asked again when the person goes on, and a new one lets the run go on', () => {
    const model = mockModel(textAnswer('好'))
    const agent = createAgent({ model })
    const input = answers(run(agent, question(), contextOf({ budget: budgetOf(0) })), { 'budget-run-1': { approved: true } })
    expect(asked(run(agent, input, contextOf({ budget: budgetOf(0) })))).toHaveLength(1)
    expect(endOf(run(agent, input, contextOf({ budget: budgetOf(5) }))).outcome).toEqual({ type: 'success' })
  })
})

describe('a result', () => {
  it('is as long as maxResultChars at most', () => {
    const of = (length: number) => resultsOf(run(createAgent({ model: mockModel(toolAnswer(['c', 'say', {}]), textAnswer('好')), tools: [defineTool({ name: 'say', description: '', execute: () => 'x'.repeat(length) })], maxResultChars: 10 })))[0]!
    expect(of(10)).toEqual(['c', 'xxxxxxxxxx'])
    expect(of(11)[2]).toBe('agent/tool-result-too-large')
  })
})

describe('work', () => {
  it('per delta does not grow with the history: a run copies it once for itself and once for each call', () => {
    let reads = 0
    const messages = Array.from({ length: 50 }, (_, index) => Object.defineProperty({ id: 'm' + index, content: 'x' }, 'role', { enumerable: true, get: () => (reads++, 'user') })) as never
    const count = (deltas: number) => {
      reads = 0
      run(createAgent({ model: mockModel(textAnswer(...Array.from({ length: deltas }, () => 'x'))) }), question({ messages }))
      return reads
    }
    expect(count(2_000)).toBe(count(1))
  })
})
