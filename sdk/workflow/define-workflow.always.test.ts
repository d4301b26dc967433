import { describe, expect, it } from 'vitest'
import { phoneOf, questionsOf, resultOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { createFlow } from './flow.js'
import { endOf } from '../agent/__fixtures__/runs.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { Agent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'

/** An agent that pays each time it is asked, and what it has paid. */
function paying(name = 'clerk', last: MockAnswer = textAnswer('paid')) {
  const paid: unknown[] = []
  const pay = defineTool({ name: 'pay', description: '', input: { type: 'object' }, approval: 'ask', execute: () => paid.push(1) })
  const answers = Array.from({ length: 9 }, () => [toolAnswer(['call_0', 'pay', {}]), last]).flat()
  return { paid, clerk: createAgent({ name, model: mockModel(...answers), tools: [pay] }) }
}
const forGood = { approved: true, always: true }

describe('an answer for good inside a step', () => {
  it.each<[string, (clerk: Agent) => Parameters<ReturnType<typeof createFlow<any>>['then']>[0]]>([
    ['that is an agent', clerk => clerk],
    ['that is a tool with an agent in it', clerk => agentTool({ agent: clerk })],
    ['that is a workflow with an agent in it', clerk => defineWorkflow({ name: 'clerk', flow: createFlow<unknown>().then(clerk) })],
  ])('%s holds for the thread', (_, step) => {
    const { paid, clerk } = paying()
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<{ request: string }>().then(step(clerk)) }))
    expect(questionsOf(phone.begin({ request: 'x' }))).toHaveLength(1)
    expect(resultOf(phone.answer(forGood))).toBe('paid')
    expect(resultOf(phone.begin({ request: 'y' }))).toBe('paid')
    expect(paid).toHaveLength(2)
  })
  it('holds for this step only, in all rounds of a loop, and beside a question that is still open', () => {
    const { paid, clerk } = paying()
    const other = paying('other')
    const round = createFlow<string>().then(clerk).then(other.clerk).ask({ message: 'more?' })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<string>().loop(round, { until: { eq: [{ path: 'value' }, { literal: 'no' }] }, atMost: 9 }) }))
    phone.begin('x')
    expect(questionsOf(phone.answer(forGood))).toEqual([expect.stringContaining('/loop.0.other/')])
    phone.answer({ approved: true })
    expect(questionsOf(phone.answer('yes'))).toEqual([expect.stringContaining('/loop.1.other/')])
    expect([paid.length, other.paid.length]).toEqual([2, 1])
  })
  it('is told where the step fails afterwards', () => {
    const { clerk } = paying('clerk', errorAnswer(new SampanError('endpoint/provider-error', 'too hot')))
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<string>().then(clerk) }))
    phone.begin('x')
    expect(endOf(phone.answer(forGood)).type).toBe('RUN_ERROR')
    expect(phone.state).toMatchObject({ sampan: { approvals: { 'clerk/': { pay: 'allow' } } } })
  })
})
