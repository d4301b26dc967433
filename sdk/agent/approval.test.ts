import { describe, expect, it } from 'vitest'
import { decideApproval, fingerprintOf } from './approval.js'
import { defineTool } from './define-tool.js'
import { contextOf, question } from './__fixtures__/runs.js'
import type { AnyPolicy } from './approval.js'
import { createRunState, type AgentSettings } from './run-state.js'
import type { AnyTool, ApprovalRule } from '../contracts.js'

const toolOf = (approval?: ApprovalRule, requiresGesture = false) => defineTool({ name: 'pay', description: 'Pays.', approval, requiresGesture, execute: () => 1 })
const decide = (tool: AnyTool, args: unknown, approval?: AnyPolicy, state?: unknown) =>
  decideApproval(createRunState({ approval, tools: [] } as unknown as AgentSettings, question({ state }), contextOf(), []), { id: 'c', tool, args })

describe('decideApproval', () => {
  it('allows what nobody has said anything about', () => {
    expect(decide(toolOf(), {})).toBe('allow')
  })
  it('goes by the policy for the tool, then for all, then by the tool', () => {
    expect(decide(toolOf('allow'), {}, { pay: 'ask', '*': { deny: 'x' } })).toBe('ask')
    expect(decide(toolOf('allow'), {}, { '*': 'ask' })).toBe('ask')
    expect(decide(toolOf('ask'), {}, { other: 'allow' })).toBe('ask')
  })
  it('asks a rule about the arguments', () => {
    const policy = { pay: ({ amount }: { amount: number }) => (amount > 100 ? ('ask' as const) : ('allow' as const)) }
    expect([decide(toolOf(), { amount: 5 }, policy), decide(toolOf(), { amount: 500 }, policy)]).toEqual(['allow', 'ask'])
  })
  it('never allows more than asking where a gesture is needed', () => {
    expect(decide(toolOf('allow', true), {})).toBe('ask')
    expect(decide(toolOf(undefined, true), {}, { pay: 'allow' })).toBe('ask')
    expect(decide(toolOf('allow', true), {}, { pay: { deny: 'no' } })).toEqual({ error: 'agent/tool-denied', content: 'Denied: no' })
  })
  it.each<[string, unknown]>([['nothing', undefined], ['null', null], ['false', false], ['true', true], ['a misspelled word', 'alow'], ['the word deny', 'deny']])('asks where a rule answers with %s', (_, answer) => {
    expect(decide(toolOf(() => answer as never), {})).toBe('ask')
  })
  it('does not take what every object has for a rule', () => {
    const tool = defineTool({ name: 'toString', description: '', execute: () => 1 })
    expect(decide(tool, {}, {})).toBe('allow')
    expect(decide(tool, {}, {}, { sampan: { approvals: {} } })).toBe('allow')
  })
  it('tells a rule which call it is, and when', () => {
    const calls: unknown[] = []
    decide(toolOf((_, call) => (calls.push(call), 'ask')), {})
    expect(calls).toEqual([{ toolCallId: 'c', toolName: 'pay', runId: 'run-1', now: expect.any(Number) }])
  })
})

describe('what a person said for good', () => {
  const always = (decision: unknown) => ({ sampan: { approvals: { pay: decision } } })
  it('turns a question into a yes, and a yes into a no', () => {
    expect(decide(toolOf('ask'), {}, {}, always('allow'))).toBe('allow')
    expect(decide(toolOf('allow'), {}, { pay: 'allow' }, always({ deny: 'never' }))).toEqual({ error: 'agent/tool-denied', content: 'Denied: never' })
  })
  it('does not allow what the policy forbids, nor go round a gesture', () => {
    expect(decide(toolOf(), {}, { pay: { deny: 'closed' } }, always('allow'))).toMatchObject({ content: 'Denied: closed' })
    expect(decide(toolOf('ask', true), {}, {}, always('allow'))).toBe('ask')
  })
  it('is for that tool alone, and is nothing where it is no decision', () => {
    expect(decide(toolOf('ask'), {}, {}, { sampan: { approvals: { other: 'allow' } } })).toBe('ask')
    for (const state of [undefined, null, 7, 'x', [], { sampan: 1 }, { sampan: { approvals: 'pay' } }, always('yes'), always(null), always(true)]) expect(decide(toolOf('ask'), {}, {}, state)).toBe('ask')
  })
})

describe('fingerprintOf', () => {
  it('is the same for the same arguments in another order', () => {
    expect(fingerprintOf('pay', { a: 1, b: [{ c: 2, d: 3 }] })).toBe(fingerprintOf('pay', { b: [{ d: 3, c: 2 }], a: 1 }))
  })
  it('differs by tool, value, type and place', () => {
    const all = [fingerprintOf('pay', { a: 1 }), fingerprintOf('pai', { a: 1 }), fingerprintOf('pay', { a: 2 }), fingerprintOf('pay', { a: '1' }), fingerprintOf('pay', { b: 1 }), fingerprintOf('pay', [1]), fingerprintOf('pay', {}), fingerprintOf('pay', { a: '拿铁' }), fingerprintOf('pay', { a: '铁拿' })]
    expect(new Set(all).size).toBe(all.length)
  })
  it('tells ten thousand amounts apart', () => {
    const all = new Set<string>()
    for (let amount = 0; amount < 10_000; amount++) all.add(fingerprintOf('pay', { amount }))
    expect(all.size).toBe(10_000)
  })
})
