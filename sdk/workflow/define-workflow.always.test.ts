import { describe, expect, it } from 'vitest'
import { phoneOf, questionsOf, resultOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { createFlow } from './flow.js'
import { endOf } from '../agent/__fixtures__/runs.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { memoryLedger } from '../context/run-context.js'
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

describe('an answer for good to a tool step', () => {
  function ordering(approval: 'ask' | { deny: string } = 'ask') {
    const ordered: unknown[] = []
    const order = defineTool({ name: 'order', description: '', input: { type: 'object', properties: { n: { type: 'number' } } }, approval, execute: args => ordered.push(args) })
    return { ordered, phone: phoneOf(defineWorkflow({ name: 'w', flow: createFlow<any>().then(order) })) }
  }
  it('lets the tool run without a question from then on, in this thread', () => {
    const { ordered, phone } = ordering()
    expect(questionsOf(phone.begin({ n: 1 }))).toHaveLength(1)
    resultOf(phone.answer(forGood))
    expect(phone.state).toEqual({ sampan: { approvals: { order: 'allow' } } })
    resultOf(phone.begin({ n: 2 }))
    expect(ordered).toEqual([{ n: 1 }, { n: 2 }])
  })
  it('may be a no, and is told where it ends the run', () => {
    const { ordered, phone } = ordering()
    phone.begin({ n: 1 })
    expect(endOf(phone.answer({ approved: false, always: true, reason: '不要' }))).toMatchObject({ code: 'agent/tool-denied' })
    expect(phone.state).toEqual({ sampan: { approvals: { order: { deny: '不要' } } } })
    expect(endOf(phone.begin({ n: 2 }))).toMatchObject({ code: 'agent/tool-denied', message: expect.stringContaining('不要') })
    expect(ordered).toEqual([])
  })
  it('is told before the result of the tool, also where the tool fails', () => {
    const fails = defineTool({ name: 'order', description: '', input: { type: 'object' }, approval: 'ask', execute: () => { throw new Error('sold out') } })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<any>().then(fails) }))
    phone.begin({})
    const events = phone.answer(forGood)
    const types = events.map(({ type }) => type)
    expect(endOf(events).type).toBe('RUN_ERROR')
    expect(types.lastIndexOf('STATE_SNAPSHOT')).toBeLessThan(types.indexOf('TOOL_CALL_RESULT'))
    expect(phone.state).toEqual({ sampan: { approvals: { order: 'allow' } } })
  })
  it('holds in the rounds of a loop that come after it, and beside what else stands in the state', () => {
    const ordered: unknown[] = []
    const order = defineTool({ name: 'order', description: '', input: { type: 'object' }, approval: 'ask', execute: args => (ordered.push(args), args) })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<any>().loop(order, { until: { eq: [{ path: 'iteration' }, { literal: 2 }] }, atMost: 9 }) }))
    phone.state = { theirs: 1, sampan: { approvals: { other: 'allow' } } }
    phone.begin({ n: 1 })
    resultOf(phone.answer(forGood))
    expect([ordered.length, phone.state]).toEqual([3, { theirs: 1, sampan: { approvals: { other: 'allow', order: 'allow' } } }])
  })
  it('holds where the person has changed the arguments of the call', () => {
    const { ordered, phone } = ordering()
    phone.begin({ n: 1 })
    resultOf(phone.answer({ ...forGood, editedArgs: { n: 5 } }))
    resultOf(phone.begin({ n: 2 }))
    expect(ordered).toEqual([{ n: 5 }, { n: 2 }])
  })
  it('survives an app that was killed before it was told', () => {
    const calls: ((value: unknown) => void)[] = []
    const order = defineTool({ name: 'order', description: '', input: { type: 'object' }, approval: 'ask', replay: 'idempotent', execute: () => ({ then: (done: any) => void calls.push(done) }) as never })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<any>().then(order) }))
    const resume = phone.begin({}) && questionsOf(phone.last()).map(interruptId => ({ interruptId, status: 'resolved' as const, payload: forGood }))
    phone.start({ resume })
    phone.attach()
    calls[1]!('done')
    expect([resultOf(phone.last()), phone.state]).toEqual(['done', { sampan: { approvals: { order: 'allow' } } }])
  })
  it.each<[string, unknown]>([['holds once', { approved: true }], ['says something else', { approved: true, always: 'yes' }]])('is none where it %s', (_, payload) => {
    const { phone } = ordering()
    phone.begin({ n: 1 })
    resultOf(phone.answer(payload))
    expect(questionsOf(phone.begin({ n: 2 }))).toHaveLength(1)
  })
  it('is none where the call that it answers was never proposed, nor where it is a result', () => {
    const { phone, ordered } = ordering()
    const [interruptId] = questionsOf(phone.begin({ n: 1 }))
    phone.start({ resume: [{ interruptId: interruptId!, status: 'resolved', payload: forGood }] }, { ledger: memoryLedger() })
    expect([questionsOf(phone.last()), Object(phone.state).sampan.approvals, ordered]).toEqual([[interruptId], undefined, []])
    const given = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<any>().then(defineTool({ name: 'answer', description: '', input: { type: 'object' } })) }))
    given.begin({})
    resultOf(given.answer(forGood))
    expect(given.state).toEqual({})
  })
  it('does not allow what a rule denies', () => {
    const { phone } = ordering({ deny: 'closed' })
    phone.state = { sampan: { approvals: { order: 'allow' } } }
    expect(endOf(phone.begin({ n: 1 }))).toMatchObject({ code: 'agent/tool-denied', message: expect.stringContaining('closed') })
  })
})
