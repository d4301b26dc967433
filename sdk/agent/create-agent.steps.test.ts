import { describe, expect, it } from 'vitest'
import { answers, asked, contextOf, ended, endOf, historyOf, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { jsonOutput } from './json-output.js'
import { prepare } from './prepare.js'
import type { RunSoFar } from './step-control.js'
import { calledTool, stepCount, usageOver } from './stop-when.js'
import { createCancel } from '../context/cancel.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const find = defineTool({ name: 'find', description: '', execute: () => 'found' })
const order = defineTool({ name: 'order', description: '', approval: 'ask', execute: () => 'ordered' })
const loop = (name = 'find') => mockModel(() => toolAnswer(['c', name, {}]))
const success = { outcome: { type: 'success' } }

describe('stopWhen', () => {
  it('ends a run with success, after the tools of the step', () => {
    const model = loop()
    const events = run(createAgent({ model, tools: [find], stopWhen: stepCount(2) }))
    expect(model.requests).toHaveLength(2)
    expect(resultsOf(events)).toHaveLength(2)
    expect(endOf(events)).toMatchObject(success)
    expect(typesOf(events).slice(-3)).toEqual(['TOOL_CALL_RESULT', 'STEP_FINISHED', 'RUN_FINISHED'])
  })
  it('takes a list: the first that says so ends it', () => {
    const model = mockModel(toolAnswer(['a', 'other', {}]), toolAnswer(['b', 'find', {}]), textAnswer('好'))
    expect(endOf(run(createAgent({ model, tools: [find], stopWhen: [stepCount(9), calledTool('find')] })))).toMatchObject(success)
    expect(model.requests).toHaveLength(2)
  })
  it('goes by the tool that the last step called, not by one before', () => {
    const model = mockModel(toolAnswer(['a', 'find', {}]), textAnswer('好'))
    const seen: boolean[] = []
    run(createAgent({ model, tools: [find], stopWhen: so => (seen.push(calledTool('find')(so), calledTool('other')(so)), false) }))
    expect(seen).toEqual([true, false])
  })
  it('goes by what was used, of all models together', () => {
    const model = loop()
    run(createAgent({ model, tools: [find], stopWhen: usageOver(30) }))
    expect(model.requests).toHaveLength(3)
    const usage = [{ model: 'a', totalTokens: 7, inputTokens: 1 }, { model: 'b', outputTokens: 3 }]
    expect([usageOver(9), usageOver(10)].map(stops => stops({ usage } as unknown as RunSoFar))).toEqual([true, false])
  })
  it('stops after the tool that a person approved, and not before', () => {
    const agent = createAgent({ model: loop('order'), tools: [order], stopWhen: calledTool('order') })
    const context = contextOf({ ledger: loggingLedger() })
    const first = run(agent, question(), context)
    expect(asked(first)).toHaveLength(1)
    const second = run(agent, answers(first, { 'approve-c': { approved: true } }), context)
    expect(resultsOf(second)).toEqual([['c', 'ordered']])
    expect(endOf(second)).toMatchObject(success)
  })
  it('leaves the cap where it is, which is an error and is traced', () => {
    const traced: unknown[] = []
    const events = run(createAgent({ model: loop(), tools: [find], maxSteps: 3, stopWhen: stepCount(4) }), question(), contextOf({ trace: (name, attributes) => void traced.push([name, attributes]) }))
    expect(endOf(events)).toMatchObject({ code: 'agent/step-limit' })
    expect(traced).toEqual([['step-limit', { runId: 'run-1', maxSteps: 3 }]])
  })
  it('ends a run that asks for JSON without a result', () => {
    const events = run(createAgent({ model: loop(), tools: [find], stopWhen: stepCount(1), output: jsonOutput({ type: 'object' }) }))
    expect(endOf(events)).toMatchObject(success)
    expect(endOf(events).result).toBeUndefined()
  })
})

describe('prepare', () => {
  it('is told how far the run has come', () => {
    const seen: unknown[] = []
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'find', {}]), textAnswer('好')), tools: [find], prepareStep: prepare(({ step, messages, usage, input }) => void seen.push([step, messages.length, usage[0]?.inputTokens, input.runId])) })
    run(agent)
    expect(seen).toEqual([[0, 1, undefined, 'run-1'], [1, 3, 10, 'run-1']])
  })
  it('changes what a step asks, and the steps after it until it is changed again', () => {
    const model = mockModel(toolAnswer(['c', 'find', {}]), toolAnswer(['d', 'find', {}]), textAnswer('好'))
    const steps = [{ instructions: 'B', temperature: 0, toolChoice: { toolName: 'find' }, maxOutputTokens: 7, extra: { a: 1 } }, undefined, { toolChoice: 'none' as const }]
    run(createAgent({ model, tools: [find], instructions: 'A', prepareStep: prepare(({ step }) => steps[step]) }))
    expect(model.requests.map(({ messages, temperature, toolChoice, maxOutputTokens, extra }) => [messages[0]!.content, temperature, toolChoice, maxOutputTokens, extra])).toEqual([
      ['B', 0, { toolName: 'find' }, 7, { a: 1 }],
      ['B', 0, { toolName: 'find' }, 7, { a: 1 }],
      ['B', 0, 'none', 7, { a: 1 }],
    ])
  })
  it('leaves the next run as the agent was made', () => {
    const model = mockModel(textAnswer('好'))
    const agent = createAgent({ model, instructions: 'A', prepareStep: prepare(({ input }) => (input.runId === 'run-1' ? { instructions: 'B' } : undefined)) })
    run(agent)
    run(agent, question({ runId: 'run-2' }))
    expect(model.requests.map(({ messages }) => messages[0]!.content)).toEqual(['B', 'A'])
  })
  it('offers some tools only, the caller\'s too, and answers a call to another like one to none', () => {
    const theirs = [{ name: 'theirs', description: '' }, { name: 'more', description: '' }]
    const model = mockModel(toolAnswer(['a', 'order', {}], ['b', 'theirs', {}], ['c', 'find', {}]), toolAnswer(['d', 'order', {}]))
    const agent = createAgent({ model, tools: [find, order], prepareStep: prepare(({ step }) => ({ tools: step ? ['order', 'theirs'] : ['find', 'more'] })) })
    const events = run(agent, question({ tools: theirs }))
    expect(model.requests.map(({ tools }) => tools!.map(tool => tool.name))).toEqual([['find', 'more'], ['order', 'theirs']])
    expect(resultsOf(events)).toEqual([
      ['a', expect.stringContaining('Tools: find.'), 'agent/tool-unknown'],
      ['b', expect.stringContaining('there is no tool "theirs"'), 'agent/tool-unknown'],
      ['c', 'found'],
    ])
    expect(asked(events)).toMatchObject([{ toolCallId: 'd' }])
  })
  it('asks another model, inside the same model middleware', () => {
    const other = mockModel(textAnswer('别'))
    const seen: string[] = []
    const agent = createAgent({ model: loop(), tools: [find], modelMiddleware: [(request, context, next) => (seen.push(request.logId!), next(request, context))], prepareStep: prepare(({ step }) => (step ? { model: other } : undefined)) })
    expect(endOf(run(agent))).toMatchObject(success)
    expect([other.requests.length, seen.length]).toEqual([1, 2])
  })
  it('puts messages in the place of the conversation so far, for the model alone', () => {
    const model = mockModel(toolAnswer(['c', 'find', {}]), toolAnswer(['d', 'order', {}]))
    const short = [{ id: 's', role: 'user' as const, content: '短' }]
    const events = run(createAgent({ model, tools: [find, order], prepareStep: prepare(({ step }) => (step ? undefined : { messages: short })) }))
    expect(model.requests.map(({ messages }) => messages.map(({ role, content }) => [role, content]))).toEqual([
      [['user', '短']],
      [['user', '短'], ['assistant', undefined], ['tool', 'found']],
    ])
    expect(historyOf(events)[0]).toMatchObject({ content: '来一杯拿铁' })
  })
  it('may take its time, and whoever leaves meanwhile asks nothing of the model', () => {
    const model = mockModel(textAnswer('好'))
    let go: ((value: unknown) => void) | undefined
    const agent = createAgent({ model, prepareStep: prepare(() => ({ then: (done: any) => void (go = done) }) as unknown as PromiseLike<undefined>) })
    const stays = record(agent)
    go!({ instructions: 'B' })
    expect(endOf(ended(stays))).toMatchObject(success)
    const { signal, cancel } = createCancel()
    const leaves = record(agent, question(), contextOf({ cancel: signal }))
    cancel()
    go!(undefined)
    expect(endOf(ended(leaves)).outcome).toEqual({ type: 'cancelled' })
    expect(model.requests).toHaveLength(1)
  })
  it.each<[string, () => never]>([['throws', () => { throw new Error('no plan') }], ['rejects', () => ({ then: (_: unknown, failed: any) => failed(new Error('no plan')) }) as never]])('ends the run where it %s', (_, decide) => {
    const model = mockModel(textAnswer('好'))
    expect(endOf(run(createAgent({ model, prepareStep: prepare(decide) })))).toMatchObject({ type: 'RUN_ERROR', code: 'agent/invalid', message: 'no plan' })
    expect(model.requests).toHaveLength(0)
  })
})

describe('maxParallelTools', () => {
  /** Runs four calls; the test ends them one by one, and sees which had been begun by then. */
  function play(maxParallelTools?: number, gesture?: string) {
    const begun: string[] = []
    const done = new Map<string, () => void>()
    const slow = (name: string) => defineTool({ name, description: '', replay: 'idempotent', requiresGesture: name === gesture, execute: () => (begun.push(name), { then: (ok: any) => void done.set(name, () => ok(name)) }) as unknown as PromiseLike<string> })
    const agent = createAgent({ model: mockModel(toolAnswer(['a', 'a', {}], ['b', 'b', {}], ['c', 'c', {}], ['d', 'd', {}]), textAnswer('好')), tools: ['a', 'b', 'c', 'd'].map(slow), approval: gesture ? { '*': 'ask' } : {}, maxParallelTools })
    return { agent, begun, done }
  }
  it('begins so many at the same time, and the next when one is done', () => {
    const { agent, begun, done } = play(2)
    const recording = record(agent)
    expect(begun).toEqual(['a', 'b'])
    done.get('b')!()
    expect(begun).toEqual(['a', 'b', 'c'])
    ;['c', 'a', 'd'].forEach(name => done.get(name)!())
    expect(resultsOf(ended(recording)).map(([id]) => id)).toEqual(['b', 'c', 'a', 'd'])
  })
  it('is no limit unless it is set', () => {
    const { agent, begun } = play()
    record(agent).leave()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })
  it('begins what needs the tap first', () => {
    const { agent, begun } = play(1, 'c')
    const context = contextOf({ ledger: loggingLedger() })
    const first = run(agent, question(), context)
    record(agent, answers(first, Object.fromEntries(asked(first).map(({ id }) => [id, { approved: true }]))), context).leave()
    expect(begun).toEqual(['c'])
  })
})
