import { concat, ignoreElements, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { contextOf, ended, endOf, question, record, run } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { addUsage } from './usage.js'
import { createCancel } from '../context/cancel.js'
import type { ModelEvent, RunMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const find = defineTool({ name: 'find', description: '', execute: () => 'x' })
const ask = defineTool({ name: 'ask', description: '', approval: 'ask', execute: () => 'x' })
const used = (inputTokens: number) => [{ provider: 'mock', model: 'mock', inputTokens, outputTokens: inputTokens / 2 }]

describe('the end of a run tells what it used', () => {
  it('when it succeeds: the sum of its calls', () => {
    expect(endOf(run(createAgent({ model: mockModel(toolAnswer(['c', 'find', {}]), textAnswer('好')), tools: [find] }))).usage).toEqual(used(20))
  })
  it('when it asks', () => {
    expect(endOf(run(createAgent({ model: mockModel(toolAnswer(['c', 'ask', {}])), tools: [ask] }))).usage).toEqual(used(10))
  })
  it('when it fails: what had been used, also by the call that failed', () => {
    const usage: ModelEvent = { type: 'usage', usage: used(4)[0]! }
    const events = run(createAgent({ model: mockModel(toolAnswer(['c', 'find', {}]), [usage, { type: 'error', error: new SampanError('transport/truncated', 'cut') }]), tools: [find] }))
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', usage: used(14) })
  })
  it('when it is cancelled', () => {
    const cancel = createCancel()
    const recording = record(createAgent({ model: mockModel(toolAnswer(['c', 'find', {}]), new Subject<ModelEvent>()), tools: [find] }), question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    expect(endOf(ended(recording))).toMatchObject({ outcome: { type: 'cancelled' }, usage: used(10) })
  })
  it('with what runs before used that middleware has begun for it', () => {
    const twice: RunMiddleware = (input, context, next) => concat(next(input, context).pipe(ignoreElements()), next(input, context))
    const events = run(createAgent({ model: mockModel(textAnswer('坏'), textAnswer('好')), middleware: [twice] }))
    expect(endOf(events).usage).toEqual(used(20))
  })
  it('as nothing where no model was called, or none told', () => {
    expect(endOf(run(createAgent({ model: mockModel([{ type: 'finish', reason: 'stop' }]) }))).usage).toEqual([])
  })
  it('apart for each model, and for each run', () => {
    const other: ModelEvent = { type: 'usage', usage: { provider: 'mock', model: 'small', inputTokens: 1 } }
    const agent = createAgent({ model: mockModel([other, ...textAnswer('好')]) })
    run(agent)
    expect(endOf(run(agent)).usage).toEqual([{ provider: 'mock', model: 'small', inputTokens: 1 }, ...used(10)])
  })
})

describe('addUsage', () => {
  it('adds count by count, and leaves unknown what nobody told', () => {
    const before = { provider: 'a', model: 'm', inputTokens: 1, cachedInputTokens: 1 }
    const list = [before]
    addUsage(list, { provider: 'a', model: 'm', inputTokens: 2, reasoningTokens: 5 })
    expect(list).toEqual([{ provider: 'a', model: 'm', inputTokens: 3, cachedInputTokens: 1, reasoningTokens: 5 }])
    expect(before.inputTokens).toBe(1)
  })
})
