import { describe, expect, it } from 'vitest'
import { decideApproval, fingerprintOf } from './approval.js'
import { defineTool } from './define-tool.js'
import type { ApprovalRule } from '../contracts.js'

const toolOf = (approval?: ApprovalRule, requiresGesture = false) => defineTool({ name: 'pay', description: 'Pays.', approval, requiresGesture, execute: () => 1 })

describe('decideApproval', () => {
  it('allows what nobody has said anything about', () => {
    expect(decideApproval(toolOf(), {})).toBe('allow')
  })
  it('goes by the policy for the tool, then for all, then by the tool', () => {
    expect(decideApproval(toolOf('allow'), {}, { pay: 'ask', '*': { deny: 'x' } })).toBe('ask')
    expect(decideApproval(toolOf('allow'), {}, { '*': 'ask' })).toBe('ask')
    expect(decideApproval(toolOf('ask'), {}, { other: 'allow' })).toBe('ask')
  })
  it('asks a rule about the arguments', () => {
    const policy = { pay: ({ amount }: { amount: number }) => (amount > 100 ? ('ask' as const) : ('allow' as const)) }
    expect([decideApproval(toolOf(), { amount: 5 }, policy), decideApproval(toolOf(), { amount: 500 }, policy)]).toEqual(['allow', 'ask'])
  })
  it('never allows more than asking where a gesture is needed', () => {
    expect(decideApproval(toolOf('allow', true), {})).toBe('ask')
    expect(decideApproval(toolOf(undefined, true), {}, { pay: 'allow' })).toBe('ask')
    expect(decideApproval(toolOf('allow', true), {}, { pay: { deny: 'no' } })).toEqual({ error: 'agent/tool-denied', content: 'Denied: no' })
  })
  it.each<[string, unknown]>([['nothing', undefined], ['null', null], ['false', false], ['true', true], ['a misspelled word', 'alow'], ['the word deny', 'deny']])('asks where a rule answers with %s', (_, answer) => {
    expect(decideApproval(toolOf(() => answer as never), {})).toBe('ask')
  })
  it('does not take what every object has for a rule', () => {
    const tool = defineTool({ name: 'toString', description: '', execute: () => 1 })
    expect(decideApproval(tool, {}, {})).toBe('allow')
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
