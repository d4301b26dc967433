import { describe, expect, it } from 'vitest'
import { phoneOf, questionsOf, resultOf } from './__fixtures__/play.js'
import { createFlow } from './flow.js'
import { defineWorkflow } from './define-workflow.js'
import { otherwise } from './predicate.js'
import { defineStep } from './step.js'
import { endOf, typesOf } from '../agent/__fixtures__/runs.js'
import { createCancel } from '../context/cancel.js'

const pure = <In, Out>(name: string, execute: (input: In) => Out) => defineStep<Out, In>({ name, replay: 'idempotent', execute })
const double = pure('double', (n: number) => n * 2)
const add = (by: number) => pure('add' + by, (n: number) => n + by)

describe('a workflow', () => {
  it('runs steps one after the other, each with what the one before gave', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number>().then(double).then(add(1)).then(double) }))
    const events = phone.begin(3)
    expect(resultOf(events)).toBe(14)
    expect(typesOf(events)).toEqual(['RUN_STARTED', 'STEP_STARTED', 'STEP_FINISHED', 'STEP_STARTED', 'STEP_FINISHED', 'STEP_STARTED', 'STEP_FINISHED', 'RUN_FINISHED'])
    expect(events.filter(({ type }) => type === 'STEP_STARTED').map(event => (event as { stepName: string }).stepName)).toEqual(['double', 'add1', 'double-2'])
    expect(phone.checkpoints.size()).toBe(0)
  })
  it('says a text that is its result', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<string>().then(pure('hello', (name: string) => '你好，' + name)) }))
    const events = phone.begin('小明')
    expect(events).toContainEqual(expect.objectContaining({ type: 'TEXT_MESSAGE_CONTENT', delta: '你好，小明' }))
    expect(resultOf(events)).toBe('你好，小明')
  })
  it('gives the results of branches that ran side by side by key, in the order of the flow', () => {
    const flow = createFlow<number>().parallel({ left: double, right: createFlow<number>().then(add(1)).then(add(2)) })
    expect(JSON.stringify(resultOf(phoneOf(defineWorkflow({ name: 'w', flow })).begin(5)))).toBe('{"left":10,"right":8}')
  })
  it('takes the first case that holds, and keeps the value where none does', () => {
    const flow = createFlow<number>().branch([[{ gt: [{ path: 'value' }, { literal: 10 }] }, double], [{ lt: [{ path: 'value' }, { literal: 0 }] }, add(100)]])
    const agent = defineWorkflow({ name: 'w', flow })
    expect([20, -1, 5].map(n => resultOf(phoneOf(agent).begin(n)))).toEqual([40, 99, 5])
    const sure = defineWorkflow({ name: 'w', flow: createFlow<number>().branch([[{ eq: [{ path: 'value' }, { literal: 1 }] }, double], [otherwise, add(1)]]) })
    expect([1, 2].map(n => resultOf(phoneOf(sure).begin(n)))).toEqual([2, 3])
  })
  it('runs a step for each item, in order, and no more at a time than it may', async () => {
    let now = 0
    let most = 0
    const releases: (() => void)[] = []
    const slow = defineStep({ name: 'slow', replay: 'idempotent', execute: (n: number) => (most = Math.max(most, ++now), new Promise<number>(resolve => releases.push(() => (now--, resolve(n * 10))))) })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number[]>().forEach(slow, { concurrency: 2 }) }))
    phone.start({ forwardedProps: { input: [1, 2, 3, 4, 5] } })
    for (let i = 0; i < 20; i++) {
      releases.pop()?.()
      await Promise.resolve()
    }
    expect(resultOf(phone.last())).toEqual([10, 20, 30, 40, 50])
    expect(most).toBe(2)
  })
  it('loops until a condition holds, and at most so many times', () => {
    const loop = (atMost: number) => defineWorkflow({ name: 'w', flow: createFlow<number>().loop(double, { until: { gt: [{ path: 'value' }, { literal: 50 }] }, atMost }) })
    expect(resultOf(phoneOf(loop(10)).begin(3))).toBe(96)
    expect(resultOf(phoneOf(loop(2)).begin(3))).toBe(12)
  })
  it('makes values of what is known, and texts with paths in them', () => {
    const flow = createFlow<{ name: string }>().then(pure('count', () => ({ n: 3 }))).map({ who: { path: 'input.name' }, n: { path: 'steps.count.n' }, text: { text: '{input.name}: {steps.count.n}, {steps.count}' }, none: { path: 'value.missing' }, deep: { one: { literal: [1] } } })
    expect(resultOf(phoneOf(defineWorkflow({ name: 'w', flow })).begin({ name: 'A' }))).toEqual({ who: 'A', n: 3, text: 'A: 3, {"n":3}', none: null, deep: { one: [1] } })
  })
  it('ends with the value where it bails, and runs nothing after it', () => {
    let ran = 0
    const flow = createFlow<number>().bail({ lt: [{ path: 'value' }, { literal: 5 }] }).then(pure('after', (n: number) => (ran++, n + 1)))
    const agent = defineWorkflow({ name: 'w', flow })
    expect([resultOf(phoneOf(agent).begin(1)), ran]).toEqual([1, 0])
    expect([resultOf(phoneOf(agent).begin(7)), ran]).toEqual([8, 1])
  })
  it('asks, and goes on with the answer', () => {
    const flow = createFlow<number>().then(double).ask({ message: 'Is {value} fine?', label: 'fine' }).map({ answer: { path: 'value' }, before: { path: 'steps.double' } })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
    const events = phone.begin(4)
    expect(endOf(events).outcome).toMatchObject({ type: 'interrupt', interrupts: [{ id: 'run-1/fine', message: 'Is 8 fine?', reason: 'input_required' }] })
    expect(phone.state).toMatchObject({ sampan: { runs: { 'run-1': { version: 1, workflow: 'w' } } } })
    expect(resultOf(phone.answer('yes'))).toEqual({ answer: 'yes', before: 8 })
    expect(phone.state).toEqual({})
    expect(phone.checkpoints.size()).toBe(0)
  })
  it('is cancelled at once, and tells the step that runs', () => {
    let told = 0
    const hangs = defineStep({ name: 'hangs', execute: (_: unknown, { cancel }) => (cancel.onCancel(() => void told++), new Promise<never>(() => {})) })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(hangs) }))
    const cancel = createCancel()
    phone.start({}, { cancel: cancel.signal })
    cancel.cancel()
    expect([endOf(phone.last()).outcome, told, phone.clock.pending]).toEqual([{ type: 'cancelled' }, 1, 0])
  })
  it('tells how to resume a question by its label', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().ask({ message: '?', label: 'ok' }) }))
    expect(questionsOf(phone.begin(1))).toEqual(['run-1/ok'])
    phone.start({ resume: [{ interruptId: 'ok', status: 'resolved', payload: 7 }] })
    expect(resultOf(phone.last())).toBe(7)
  })
})
