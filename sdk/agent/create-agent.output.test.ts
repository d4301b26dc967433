import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { endOf, question, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const output = z.object({ city: z.string(), days: z._default(z.int(), 1) })
const agentFor = (...deltas: string[]) => createAgent({ model: mockModel(textAnswer(...deltas)), output })

describe('structured output', () => {
  it('is asked for with its schema', () => {
    const model = mockModel(textAnswer('{"city":"深圳"}'))
    run(createAgent({ model, output }))
    expect(model.requests[0]!.output).toMatchObject({ name: 'output', schema: { type: 'object', properties: { city: { type: 'string' } } } })
  })
  it('is the result of the run, as the schema makes it', () => {
    expect(endOf(run(agentFor('{"city":', '"深圳"}'))).result).toEqual({ city: '深圳', days: 1 })
  })
  it.each([['```json\n{"city":"深圳"}\n```'], ['\n```\n{"city":"深圳"}```\n'], ['  {"city":"深圳"}  ']])('is found in %j', text => {
    expect(endOf(run(agentFor(text))).result).toMatchObject({ city: '深圳' })
  })
  it.each<[string, string, RegExp]>([
    ['other words', '我不知道', /fit the schema: no JSON$/],
    ['words around it', '好的：{"city":"深圳"}', /fit the schema: no JSON$/],
    ['half of it', '{"city":"深', /fit the schema: no JSON$/],
    ['another shape', '{"town":"深圳"}', /city/],
    ['null', 'null', /does not fit/],
  ])('is an error of the run where the model answers with %s, and the text stays', (_, text, message) => {
    const events = run(agentFor(text))
    expect(typesOf(events)).toContain('TEXT_MESSAGE_END')
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/output-invalid', message: expect.stringMatching(message), usage: [{ inputTokens: 10 }] })
  })
  it('is the last answer, after the tools', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 'x' })
    const model = mockModel([{ type: 'text-delta', delta: '我查一下' }, ...toolAnswer(['c', 'find', {}])], textAnswer('{"city":"深圳"}'))
    expect(endOf(run(createAgent({ model, tools: [find], output }))).result).toMatchObject({ city: '深圳' })
  })
  it('is not asked of an answer that leaves calls to the caller', () => {
    const events = run(createAgent({ model: mockModel(toolAnswer(['c', 'theirs', {}])), output }), question({ tools: [{ name: 'theirs', description: '' }] }))
    expect(endOf(events)).toMatchObject({ outcome: { type: 'success', pendingToolCallIds: ['c'] } })
  })
  it('may be described in plain JSON Schema', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const model = mockModel(textAnswer('{"city":"深圳"}'))
    expect(endOf(run(createAgent({ model, output: schema }))).result).toEqual({ city: '深圳' })
    expect(model.requests[0]!.output!.schema).toBe(schema)
  })
})
