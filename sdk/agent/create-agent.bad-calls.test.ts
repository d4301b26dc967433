import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { endOf, question, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AnyTool, ModelEvent } from '../contracts.js'
import { finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

describe('a call that does not fit', () => {
  const effects: unknown[] = []
  const order = defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), execute: args => void effects.push(args) })
  const empty = defineTool({ name: 'empty', description: 'Takes nothing.', execute: args => void effects.push(args) })
  const agentFor = (answer: ModelEvent[]) => createAgent({ model: mockModel(answer, textAnswer('好')), tools: [order, empty] })

  it.each<[string, ModelEvent[], string, RegExp]>([
    ['a tool nobody has', toolAnswer(['c', 'brew', {}]), 'agent/tool-unknown', /Tools: order, empty\./],
    ['arguments of the wrong type', toolAnswer(['c', 'order', { drink: 7 }]), 'agent/tool-arguments-invalid', /drink: .*expected string/],
    ['arguments missing', toolAnswer(['c', 'order', '']), 'agent/tool-arguments-invalid', /drink: .*expected string/],
    ['no JSON', toolAnswer(['c', 'order', '{"drink":']), 'agent/tool-arguments-invalid', /no JSON/],
    ['a list', toolAnswer(['c', 'empty', [1]]), 'agent/tool-arguments-invalid', /no JSON object/],
    ['null', toolAnswer(['c', 'empty', null]), 'agent/tool-arguments-invalid', /no JSON object/],
    ['half a call at the length limit', [...toolAnswer(['c', 'order', '{"drink":"拿']).slice(0, -2), ...finish('length')], 'agent/tool-arguments-cut', /cut off/],
    ['a call whose arguments never began at the length limit', [...toolAnswer(['c', 'empty', '']).slice(0, -2), ...finish('length')], 'agent/tool-arguments-cut', /cut off/],
    ['a whole call under the filter', [...toolAnswer(['c', 'order', { drink: '拿铁' }]).slice(0, -2), ...finish('content-filter')], 'agent/tool-arguments-cut', /cut off/],
  ])('is told and never executed: %s', (_, answer, code, words) => {
    effects.length = 0
    const events = run(agentFor(answer))
    expect(resultsOf(events)).toEqual([['c', expect.stringMatching(words), code]])
    expect(effects).toEqual([])
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it('is executed at the length limit where it is whole, beside one that is cut', () => {
    effects.length = 0
    const both = toolAnswer(['a', 'order', { drink: '拿铁' }], ['b', 'order', '{"drink":"美']).slice(0, -2)
    expect(resultsOf(run(agentFor([...both, ...finish('length')]))).map(result => result[2])).toEqual([undefined, 'agent/tool-arguments-cut'])
    expect(effects).toEqual([{ drink: '拿铁' }])
  })
  it('may leave out arguments where the tool takes none', () => {
    effects.length = 0
    run(agentFor(toolAnswer(['c', 'empty', ''])))
    expect(effects).toEqual([{}])
  })
  it('ends the run where a check can only answer later: nothing may be waited for in a tap', () => {
    const late = defineTool({ name: 'late', description: '', input: z.object({ a: z.optional(z.string()) }).check(z.refine(async () => true)), execute: () => 1 })
    expect(endOf(run(createAgent({ model: mockModel(toolAnswer(['c', 'late', {}])), tools: [late] })))).toMatchObject({ type: 'RUN_ERROR' })
  })
})

describe('ids of a bad provider', () => {
  const effects: unknown[] = []
  const work: AnyTool = defineTool({ name: 'work', description: 'Works.', execute: (args: any) => (effects.push(args), args.n) })
  const start = (id: string, name = 'work'): ModelEvent => ({ type: 'tool-call-start', toolCallId: id, toolCallName: name })
  const args = (id: string, delta: string): ModelEvent => ({ type: 'tool-call-delta', toolCallId: id, delta })
  const runWith = (...answers: ModelEvent[][]) => {
    effects.length = 0
    return run(createAgent({ model: mockModel(...answers, textAnswer('好')), tools: [work] }))
  }

  it('that come again in the next answer name another call', () => {
    const events = runWith(toolAnswer(['call_0', 'work', { n: 1 }]), toolAnswer(['call_0', 'work', { n: 2 }]))
    expect(effects).toEqual([{ n: 1 }, { n: 2 }])
    const ids = resultsOf(events).map(([id]) => id)
    expect(ids[0]).toBe('call_0')
    expect(ids[1]).toMatch(/^call-/)
  })
  it('that the conversation already has name another call', () => {
    effects.length = 0
    const messages = [
      { id: 'a', role: 'assistant' as const, toolCalls: [{ id: 'call_0', type: 'function' as const, function: { name: 'work', arguments: '{}' } }] },
      { id: 't', role: 'tool' as const, toolCallId: 'call_0', content: 'old' },
      { id: 'u', role: 'user' as const, content: '再来' },
    ]
    const model = mockModel(toolAnswer(['call_0', 'work', { n: 2 }]), textAnswer('好'))
    const events = run(createAgent({ model, tools: [work] }), question({ messages }))
    expect(resultsOf(events)[0]![0]).toMatch(/^call-/)
    const told = model.requests[1]!.messages.flatMap(message => (message.role === 'tool' ? [message.toolCallId] : []))
    expect(new Set(told).size).toBe(2)
  })
  it('that two calls of one answer share keep the calls apart', () => {
    runWith([start('x'), args('x', '{"n":1}'), start('x'), args('x', '{"n":2}'), ...finish('tool-calls')])
    expect(effects).toEqual([{ n: 1 }, { n: 2 }])
  })
  it('do no harm where a head comes twice, or a tail without a head', () => {
    const events = runWith([start('x'), start('x'), args('x', '{"n":1}'), args('y', '{"n":3}'), ...finish('tool-calls')])
    expect(effects).toEqual([{ n: 1 }])
    expect(typesOf(events).filter(type => type === 'TOOL_CALL_START')).toHaveLength(1)
  })
  it('that are empty are replaced', () => {
    const events = runWith(toolAnswer(['', 'work', { n: 1 }]))
    expect(resultsOf(events)[0]![0]).toMatch(/^call-/)
  })
  it('never execute a call that every event of came twice', () => {
    const twice = toolAnswer(['x', 'work', { n: 1 }]).flatMap(event => [event, event])
    const events = runWith(twice)
    expect(effects).toEqual([])
    expect(resultsOf(events)[0]![2]).toBe('agent/tool-arguments-invalid')
  })
})
