import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { endOf, question, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { jsonOutput } from './json-output.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const output = jsonOutput(z.object({ city: z.string(), days: z._default(z.int(), 1) }))
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
  ])('is an error of the run where the model answers with %s and again so, and the text stays', (_, text, message) => {
    const events = run(agentFor(text))
    expect(typesOf(events)).toContain('TEXT_MESSAGE_END')
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/output-invalid', message: expect.stringMatching(message), usage: [{ inputTokens: 20 }] })
  })
  it('is asked for anew with what is wrong, and what did not fit is taken back', () => {
    const model = mockModel(textAnswer('{"town":"深圳"}'), textAnswer('{"city":"深圳"}'))
    const events = run(createAgent({ model, output }))
    expect(endOf(events).result).toMatchObject({ city: '深圳' })
    expect(model.requests[1]!.messages.slice(1)).toEqual([
      { id: expect.any(String), role: 'assistant', content: '{"town":"深圳"}' },
      { id: 'repair', role: 'user', content: expect.stringMatching(/does not fit the schema: city.*JSON only/) },
    ])
    const at = events.findIndex(event => event.type === 'CUSTOM')
    const first = events.find(event => event.type === 'TEXT_MESSAGE_START')
    expect(events[at]).toMatchObject({ name: 'sampan:step-reset', value: { messageId: first!.messageId } })
    expect(events[at + 1]).toEqual({ type: 'MESSAGES_SNAPSHOT', messages: question().messages })
  })
  it('is asked for anew as often as `repair` says, and never beyond maxSteps', () => {
    const calls = ({ repair, ...options }: { repair?: number; maxSteps?: number }) => {
      const model = mockModel(textAnswer('no'))
      expect(endOf(run(createAgent({ model, output: jsonOutput(output.schema, { repair }), ...options })))).toMatchObject({ code: 'agent/output-invalid' })
      return model.requests.length
    }
    expect([calls({ repair: 0 }), calls({}), calls({ repair: 3 }), calls({ repair: 9, maxSteps: 2 })]).toEqual([1, 2, 4, 2])
  })
  it('may be repaired by way of a tool, whose step is asked without what was wrong', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 'x' })
    const model = mockModel(textAnswer('no'), toolAnswer(['c', 'find', {}]), textAnswer('{"city":"深圳"}'))
    expect(endOf(run(createAgent({ model, tools: [find], output }))).result).toMatchObject({ city: '深圳' })
    expect(model.requests[2]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
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
    expect(endOf(run(createAgent({ model, output: jsonOutput(schema) }))).result).toEqual({ city: '深圳' })
    expect(model.requests[0]!.output!.schema).toBe(schema)
  })
})
