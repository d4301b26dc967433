import { describe, expect, it } from 'vitest'
import { phoneOf, questionsOf, resultOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { createFlow, type Flow } from './flow.js'
import { defineStep } from './step.js'
import { contextOf, endOf, record } from '../agent/__fixtures__/runs.js'
import type { Checkpoint, CheckpointStore, ReplayPolicy } from '../contracts.js'

const increase = defineStep({ name: 'increase', replay: 'idempotent', execute: (n: number) => n + 1 })

/** A step that never answers by itself, and the means to let it. */
function hanging(name: string, replay: ReplayPolicy) {
  const calls: { readonly key: string; readonly attempt: number; answer(value: unknown): void; fail(): void }[] = []
  const step = defineStep({
    name,
    replay,
    execute: (_: unknown, { idempotencyKey: key, attempt }) => ({ then: (done: any, failed: any) => (calls.push({ key, attempt, answer: done, fail: () => failed(new Error('no')) }), undefined as never) }) as PromiseLike<unknown>,
  })
  return { step, calls }
}

describe('a workflow that was killed', () => {
  it('goes on behind the last step that ended', () => {
    let ran = 0
    const first = defineStep({ name: 'first', replay: 'idempotent', execute: () => ++ran })
    const { step, calls } = hanging('slow', 'idempotent')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(first).then(step) }))
    phone.start({})
    phone.attach()
    calls[1]!.answer('x')
    expect([resultOf(phone.last()), ran, phone.checkpoints.size()]).toEqual(['x', 1, 0])
    expect(calls.map(({ key }) => key)).toEqual(['run-1/slow', 'run-1/slow'])
  })
  it('in a step that may run again runs it again', () => {
    const { step, calls } = hanging('slow', 'idempotent')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }))
    phone.start({})
    phone.attach()
    expect(calls).toHaveLength(2)
  })
  it('in a step that may never run again fails', () => {
    const { step, calls } = hanging('slow', 'never')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }))
    phone.start({})
    expect(endOf(phone.reopen())).toMatchObject({ type: 'RUN_ERROR', code: 'agent/tool-outcome-unknown' })
    expect(calls).toHaveLength(1)
  })
  it('in any other step asks the person', () => {
    const { step, calls } = hanging('slow', 'ask')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }))
    phone.start({})
    expect(endOf(phone.reopen()).outcome).toMatchObject({ interrupts: [{ id: 'run-1/slow', metadata: { sampan: { mayHaveRun: true } } }] })
    expect(calls).toHaveLength(1)
    phone.start({ resume: [{ interruptId: 'run-1/slow', status: 'resolved', payload: { approved: true } }] })
    calls[1]!.answer('again')
    expect(resultOf(phone.last())).toBe('again')
  })
  it('asks once more where it was killed after a yes: that was for one time', () => {
    const { step, calls } = hanging('slow', 'ask')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }))
    phone.start({})
    phone.attach()
    phone.start({ resume: [{ interruptId: 'run-1/slow', status: 'resolved', payload: { approved: true } }], state: (phone.last(), phone.state) })
    expect(calls).toHaveLength(2)
    expect(questionsOf(phone.reopen())).toEqual(['run-1/slow'])
    expect(calls).toHaveLength(2)
    expect(endOf(phone.answer({ approved: false }))).toMatchObject({ code: 'agent/tool-outcome-unknown' })
  })
  it('takes what a step answered after everyone had left, and does not run it again', () => {
    const { step, calls } = hanging('slow', 'ask')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }))
    phone.start({})
    phone.kill()
    calls[0]!.answer('late')
    expect([resultOf(phone.reopen()), calls.length]).toEqual(['late', 1])
  })
  it('keeps the answers it was resumed with', () => {
    const { step, calls } = hanging('slow', 'idempotent')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().parallel({ a: createFlow().then(step).ask({ message: 'late', label: 'late' }), b: createFlow().ask({ message: 'q', label: 'q' }).then(step) }) }))
    phone.start({})
    calls[0]!.answer(1)
    phone.start({ resume: phone.last() && questionsOf(phone.last()).map(interruptId => ({ interruptId, status: 'resolved' as const, payload: interruptId })), state: phone.state })
    phone.attach()
    calls[2]!.answer('b')
    expect(resultOf(phone.last())).toEqual({ a: 'run-1/parallel.a.late', b: 'b' })
  })
  it('wakes when it would have', () => {
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow<number>().sleep(3_000_000_000).then(increase) }))
    phone.start({ forwardedProps: { input: 1 } })
    phone.clock.advance(2_900_000_000)
    const run = phone.attach()
    phone.clock.advance(99_999_999)
    expect(run.isComplete).toBe(false)
    phone.clock.advance(1)
    expect([resultOf(phone.last()), phone.clock.pending]).toEqual([2, 0])
  })
  it('goes on where much of what it had stored was superseded', () => {
    const { step, calls } = hanging('slow', 'idempotent')
    const flow = createFlow<number>().loop(createFlow<number>().then(increase).then(increase), { until: { gte: [{ path: 'value' }, { literal: 1_000 }] }, atMost: 999 }).then(step)
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().map({ literal: 0 }).then(flow) }))
    phone.start({})
    expect(phone.checkpoints.size()).toBeLessThan(30)
    phone.attach()
    calls[1]!.answer('done')
    expect([resultOf(phone.last()), phone.checkpoints.size()]).toEqual(['done', 0])
  })
  it('goes on from a store that is an object of a class, and leaves nothing in it', () => {
    class Store implements CheckpointStore {
      readonly kept = new Map<string, Checkpoint>()
      load(id: string): Checkpoint | undefined {
        return this.kept.get(id)
      }
      save(checkpoint: Checkpoint): void {
        this.kept.set(checkpoint.runId, checkpoint)
      }
      delete(id: string): void {
        this.kept.delete(id)
      }
    }
    const { step, calls } = hanging('slow', 'idempotent')
    const checkpoints = new Store()
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step) }), { checkpoints })
    phone.start({})
    expect(checkpoints.kept.size).toBeGreaterThan(0)
    phone.attach()
    calls[1]!.answer('x')
    expect([resultOf(phone.last()), checkpoints.kept.size]).toEqual(['x', 0])
  })
  it('cannot go on where nothing was kept', () => {
    const agent = defineWorkflow({ name: 'w', flow: createFlow<number>().then(increase) })
    const { events } = record(agent, { threadId: 't', runId: 'r', messages: [], tools: [], context: [], attach: { runId: 'r' } }, contextOf())
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'workflow/state-unusable' })
  })
})

describe('keeping where a workflow stands', () => {
  it('costs a step the same after ten steps as after a thousand, what it kept included', () => {
    const bytes = (count: number): number => {
      let flow: Flow<number, number> = createFlow<number>()
      for (let index = 0; index < count; index++) flow = flow.then(increase, { id: 'step' + String(index).padStart(4, '0') })
      const phone = phoneOf(defineWorkflow({ name: 'w', flow }))
      phone.begin(0)
      return phone.checkpoints.written()
    }
    const [small, large] = [bytes(10), bytes(1_000)]
    expect(Math.log(large / small) / Math.log(100)).toBeLessThan(1.05)
  })
})

describe('a step that fails', () => {
  it('is tried again after a while that doubles, as often as its policy says', () => {
    const { step, calls } = hanging('slow', 'ask')
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(step, { retry: { attempts: 3, backoffMs: 100 } }) }))
    phone.start({})
    for (const wait of [100, 200]) {
      calls[calls.length - 1]!.fail()
      phone.clock.advance(wait - 1)
      const before = calls.length
      phone.clock.advance(1)
      expect(calls).toHaveLength(before + 1)
    }
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    calls[2]!.fail()
    expect(endOf(phone.last())).toMatchObject({ type: 'RUN_ERROR', code: 'workflow/step-failed', message: 'Step "slow" failed: no' })
    expect(phone.clock.pending).toBe(0)
  })
  it('by its time is left before it is tried again', () => {
    const log: string[] = []
    const slow = defineStep({ name: 'slow', replay: 'idempotent', execute: (_: unknown, { attempt, cancel }) => (log.push('begun ' + attempt), cancel.onCancel(() => log.push('left ' + attempt)), attempt === 1 ? { then() {} } as never : 'ok') })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(slow, { timeoutMs: 500, retry: { attempts: 2, backoffMs: 0 } }) }))
    phone.start({})
    phone.clock.advance(500)
    phone.clock.advance(0)
    expect([resultOf(phone.last()), log, phone.clock.pending]).toEqual(['ok', ['begun 1', 'left 1', 'begun 2'], 0])
    const once = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().then(slow, { timeoutMs: 500 }) }))
    once.start({})
    once.clock.advance(500)
    expect(endOf(once.last())).toMatchObject({ code: 'workflow/step-timeout' })
  })
  it('ends what runs beside it', () => {
    let left = 0
    const fails = defineStep({ name: 'fails', execute: () => { throw new Error('broken') } })
    const hangs = defineStep({ name: 'hangs', execute: (_: unknown, { cancel }) => (cancel.onCancel(() => void left++), { then() {} } as never) })
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: createFlow().parallel({ hangs, fails }) }))
    expect(endOf(phone.begin())).toMatchObject({ code: 'workflow/step-failed', message: 'Step "parallel.fails.fails" failed: broken' })
    expect([left, phone.checkpoints.size()]).toEqual([1, 0])
  })
})
