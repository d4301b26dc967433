import { describe, expect, it } from 'vitest'
import { manager, paying, payTool, stateOf, yes } from './__fixtures__/paying-agents.js'
import { asked, contextOf, endOf, resultsOf, run } from './__fixtures__/runs.js'
import { agentTool } from './agent-tool.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createFlow } from '../workflow/flow.js'
import { defineWorkflow } from '../workflow/define-workflow.js'

describe('a question of an agent inside, whose ledger was lost meanwhile,', () => {
  it('is asked again, and nothing is done before it is answered again', () => {
    const effects: unknown[] = []
    const begun: string[] = []
    const tool = agentTool({ agent: paying(effects), prompt: ({ request }) => (begun.push(request), request) })
    const model = mockModel(toolAnswer(['call_0', 'child', { request: 'pay' }]), textAnswer('done'))
    const agent = createAgent({ model, tools: [tool] })
    const first = run(agent)
    const context = contextOf()
    const second = run(agent, yes(first), context)
    expect([effects, resultsOf(second)]).toEqual([[], []])
    expect(asked(second)).toEqual(asked(first))
    const third = run(agent, yes(second, { runId: 'run-3' }), context)
    expect([effects, resultsOf(third).at(-1), model.requests.length, stateOf(third)]).toEqual([[5], ['call_0', 'paid'], 2, {}])
  })
  it('is asked again two runs deep, beside a call of the run’s own and one that has asked nothing', () => {
    const effects: unknown[] = []
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 1 }]), textAnswer('paid')), tools: [payTool(effects)] })
    const middle = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'child', { request: 'x' }]), textAnswer('middle')), tools: [agentTool({ agent: inner })] })
    const model = mockModel(toolAnswer(['call_0', 'child', { request: 'y' }], ['call_1', 'pay', { amount: 2 }]), textAnswer('done'))
    const agent = createAgent({ model, tools: [agentTool({ agent: middle }), payTool(effects)] })
    const first = run(agent)
    const context = contextOf()
    const second = run(agent, yes(first), context)
    expect([effects, asked(second).map(({ id }) => id).sort()]).toEqual([[], asked(first).map(({ id }) => id).sort()])
    run(agent, yes(second, { runId: 'run-3' }), context)
    expect(effects.sort()).toEqual([1, 2])
  })
  it('is not asked again while others lack an answer', () => {
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount: 5 }])), tools: [payTool()] })
    const { agent } = manager(inner, 'a', 'b')
    const first = run(agent)
    const { resume, ...rest } = yes(first)
    expect(endOf(run(agent, { ...rest, resume: resume!.slice(1) })).code).toBe('agent/resume-incomplete')
  })
  it('goes no further than the policy lets the agent be asked at all', () => {
    const effects: unknown[] = []
    const child = paying(effects)
    const model = mockModel(toolAnswer(['c', 'child', { request: 'x' }]), textAnswer('no'), textAnswer('done'))
    const agentWith = (approval: 'allow' | 'ask' | { deny: string }) => createAgent({ model, tools: [agentTool({ agent: child, approval })] })
    const input = yes(run(agentWith('allow')))
    expect(resultsOf(run(agentWith({ deny: 'closed' }), input))).toEqual([['c', 'Denied: closed', 'agent/tool-denied']])
    const context = contextOf()
    const second = run(agentWith('ask'), input, context)
    expect(asked(second).map(({ id }) => id)).toEqual(['approve-c'])
    expect(endOf(run(agentWith('ask'), yes(second, { runId: 'run-3' }), context)).type).toBe('RUN_FINISHED')
    expect(effects).toEqual([])
  })
  it('does not do again what was done before it asked', () => {
    const effects: unknown[] = []
    const note = defineTool({ name: 'note', description: '', execute: () => effects.push('noted') })
    const inner = createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'note', {}]), toolAnswer(['call_0', 'pay', { amount: 5 }]), textAnswer('paid')), tools: [note, payTool(effects)] })
    const { agent } = manager(inner, 'x')
    const first = run(agent)
    const context = contextOf()
    const second = run(agent, yes(first), context)
    expect(asked(second)).toHaveLength(1)
    run(agent, yes(second, { runId: 'run-3' }), context)
    expect(effects).toEqual(['noted', 5])
  })
  it('may be one of a workflow inside', () => {
    const effects: unknown[] = []
    const flow = createFlow<any>().map({ amount: { literal: 7 } }).then(payTool(effects))
    const { agent } = manager(defineWorkflow({ name: 'child', flow }), 'x')
    const first = run(agent)
    const context = contextOf()
    const second = run(agent, yes(first), context)
    expect([effects, asked(second).map(({ id }) => id)]).toEqual([[], asked(first).map(({ id }) => id)])
    expect(endOf(run(agent, yes(second, { runId: 'run-3' }), context)).outcome).toEqual({ type: 'success' })
    expect(effects).toEqual([7])
  })
  it('is none where the state knows no run of this call', () => {
    const { agent } = manager(paying([]), 'x')
    const { state: _, ...input } = yes(run(agent))
    for (const state of [undefined, { sampan: { runs: { key: null, other: { callId: 'another' } } } }]) expect(endOf(run(agent, { ...input, state })).code).toBe('agent/resume-incomplete')
  })
})
