import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { generateObject } from './generate-object.js'
import { jsonOutput } from './json-output.js'
import { runResult } from './run-result.js'
import { createCancel } from '../context/cancel.js'
import type { Agent } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { of } from '../protocol/streams.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import type { Observable } from 'rxjs'

const output = z.object({ city: z.string(), days: z._default(z.int(), 1) })
const asJson = jsonOutput(output)

/** What an Observable says, in order: values, then `complete` or the code of its error. */
function heard(source: Observable<unknown>): unknown[] {
  const log: unknown[] = []
  source.subscribe({ next: value => log.push(value), error: error => log.push(error.code), complete: () => log.push('complete') })
  return log
}

describe('runResult', () => {
  it('emits the checked value once, with its type', () => {
    const agent = createAgent({ model: mockModel(textAnswer('{"city":"深圳"}')), output: asJson })
    expectTypeOf(agent).toExtend<Agent<never, { city: string; days: number }>>()
    const result = runResult(agent, '明天去深圳')
    expectTypeOf(result).toEqualTypeOf<Observable<{ city: string; days: number }>>()
    expect(heard(result)).toEqual([{ city: '深圳', days: 1 }, 'complete'])
  })
  it('runs when it is subscribed to, each time, under ids of its own', () => {
    const runs: string[] = []
    const agent = createAgent({ model: mockModel(textAnswer('{"city":"x"}')), output: asJson, middleware: [(input, context, next) => (runs.push(input.threadId + ' ' + input.runId + ' ' + input.messages[0]!.content), next(input, context))] })
    const result = runResult(agent, { messages: [{ id: 'u', role: 'user', content: '问' }], threadId: 'mine' })
    expect(runs).toEqual([])
    heard(result)
    heard(result)
    expect(new Set(runs).size).toBe(2)
    runs.forEach(each => expect(each).toMatch(/^mine run-\S+ 问$/))
  })
  it('fails with the code of a run that failed', () => {
    expect(heard(runResult(createAgent({ model: mockModel(errorAnswer(new SampanError('endpoint/provider-error', 'gone'))), output: asJson }), 'x'))).toEqual(['endpoint/provider-error'])
    expect(heard(runResult(createAgent({ model: mockModel(textAnswer('no')), output: jsonOutput(output, { repair: 0 }) }), 'x'))).toEqual(['agent/output-invalid'])
  })
  it('fails where a run ends without a result: asking a person, cancelled, or with plain text', () => {
    const order = defineTool({ name: 'order', description: '', approval: 'ask', execute: () => 1 })
    const asks = createAgent({ model: mockModel(toolAnswer(['c', 'order', {}])), tools: [order], output: asJson })
    const { signal, cancel } = createCancel()
    cancel()
    expect(heard(runResult(asks, 'x'))).toEqual(['agent/output-invalid'])
    expect(heard(runResult(createAgent({ model: mockModel(), output: asJson }), 'x', { cancel: signal }))).toEqual(['agent/output-invalid'])
    expect(heard(runResult(createAgent({ model: mockModel(textAnswer('好')) }), 'x'))).toEqual(['agent/output-invalid'])
  })
  it('fails where an agent breaks its word and just stops', () => {
    const silent: Agent = Object.assign(() => of<AgentEvent>(), { info: { name: 'silent' } })
    expect(heard(runResult(silent, 'x'))).toEqual(['transport/truncated'])
  })
})

describe('generateObject', () => {
  it('asks one question and emits one typed value', () => {
    const model = mockModel(textAnswer('{"town":1}'), textAnswer('{"city":"深圳"}'))
    const city = generateObject({ model, prompt: '去哪', instructions: '简短', output, temperature: 0 })
    expectTypeOf(city).toEqualTypeOf<Observable<{ city: string; days: number }>>()
    expect(heard(city)).toEqual([{ city: '深圳', days: 1 }, 'complete'])
    expect(model.requests[0]).toMatchObject({ temperature: 0, output: { name: 'output' }, messages: [{ role: 'system', content: '简短' }, { role: 'user', content: '去哪' }] })
  })
  it('takes a conversation, and charges the budget it is given', () => {
    const charged: unknown[] = []
    const model = mockModel(textAnswer('{"city":"x"}'))
    const budget = { charge: (usage: object) => void charged.push(usage), exhausted: () => undefined }
    heard(generateObject({ model, prompt: [{ id: 'a', role: 'user', content: '一' }, { id: 'b', role: 'user', content: '二' }], output }, { budget }))
    expect(model.requests[0]!.messages).toHaveLength(2)
    expect(charged).toMatchObject([{ inputTokens: 10 }])
  })
})
