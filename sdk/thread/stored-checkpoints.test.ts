import { Observable, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { Agent, CheckpointStore, ModelEvent, RunContext, RunInput } from '../contracts.js'
import type { Storage } from '../platform/platform.js'
import type { AgentEvent } from '../protocol/events.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { finish, mockModel, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

/** An agent in the hands of the test. */
function openByHand(stored = new Map<string, string>(), storage = memoryStorage(stored)) {
  const events = new Subject<AgentEvent>()
  let end = (): void => {}
  const runs: { input: RunInput; checkpoints: CheckpointStore }[] = []
  const agent: Agent = Object.assign(
    (input: RunInput, { checkpoints }: RunContext) => {
      runs.push({ input, checkpoints })
      return new Observable<AgentEvent>(subscriber => {
        end = () => subscriber.complete()
        return events.subscribe(subscriber)
      })
    },
    { info: { name: 'by-hand', capabilities: { resumable: true } } },
  )
  const thread = createThread({ agent, platform: fakePlatform({ storage }), store: deviceStore(), id: 't', clock: createTestClock() })
  const say = (delta: string): void => events.next({ type: 'TEXT_MESSAGE_CONTENT', messageId: delta, delta })
  return { thread, events, runs, stored, say, end: () => end() }
}

describe('checkpoints of a thread', () => {
  it('are there after a kill: of its run, and of runs inside it', () => {
    const first = openByHand()
    first.thread.send('x')
    const { input: { runId, threadId }, checkpoints } = first.runs[0]!
    void checkpoints.save({ runId, version: 1, data: 'own' })
    void checkpoints.save({ runId: 'child', version: 3, data: { step: 1 } })
    void checkpoints.save({ runId: 'other', version: 1, data: 0 })
    void checkpoints.delete('other')
    void checkpoints.save({ runId: 'child', version: 3, data: { step: 2 } })
    const again = openByHand(new Map(first.stored))
    const { input, checkpoints: kept } = again.runs[0]!
    expect(input.attach).toEqual({ runId })
    expect(kept.load(runId)).toMatchObject({ data: 'own' })
    expect([kept.load('child'), kept.load('other')]).toEqual([{ runId: 'child', version: 3, data: { step: 2 } }, undefined])
    again.events.next({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } })
    again.events.complete()
    expect([kept.load(runId), kept.load('child')]).toEqual([undefined, undefined])
    expect(openByHand(new Map(again.stored)).runs).toEqual([])
  })
  it('in pieces of the run itself move the place from which it says everything again', () => {
    const first = openByHand()
    first.thread.send('x')
    const { input: { runId }, checkpoints } = first.runs[0]!
    void checkpoints.save({ runId, version: 1, data: 'own' })
    first.say('a')
    void checkpoints.save({ runId: 'child', version: 1, data: 0 })
    expect(openByHand(new Map(first.stored)).thread.state.messages).toHaveLength(1)
    void checkpoints.save({ runId: runId + '#1', version: 1, data: 1 })
    first.say('b')
    const again = openByHand(new Map(first.stored))
    expect(again.thread.state.messages.at(-1)!.parts).toMatchObject([{ text: 'a' }])
    expect([again.runs[0]!.checkpoints.load(runId), again.runs[0]!.checkpoints.load(runId + '#1')]).toMatchObject([{ data: 'own' }, { data: 1 }])
  })
  it('are bounded: where one is too large the run cannot go on from anywhere, for an older place would do again what is done', () => {
    const { thread, runs, stored, say } = openByHand()
    thread.send('x')
    const { input: { runId }, checkpoints } = runs[0]!
    void checkpoints.save({ runId, version: 1, data: 'own' })
    void checkpoints.save({ runId: 'child', version: 1, data: 'small' })
    expect(openByHand(new Map(stored)).runs).toHaveLength(1)
    say('a')
    expect(() => checkpoints.save({ runId: 'child', version: 1, data: 'x'.repeat(200_000) })).toThrow('larger than')
    expect([checkpoints.load('child'), checkpoints.load(runId)]).toEqual([undefined, undefined])
    // Whatever is saved later: the child that was lost would begin anew.
    expect(() => checkpoints.save({ runId: 'child', version: 1, data: 'small' })).toThrow('larger than')
    expect(() => checkpoints.save({ runId, version: 1, data: 'own' })).toThrow('larger than')
    const again = openByHand(new Map(stored))
    expect([again.runs, again.thread.state.messages.at(-1)!.status]).toEqual([[], 'cancelled'])
  })
  it('of one run take no room from those of the next, nor does one that is deleted', () => {
    const { thread, runs, events, end } = openByHand()
    for (let run = 0; run < 3; run++) {
      thread.send('x')
      const { input: { threadId, runId }, checkpoints } = runs[run]!
      for (let child = 0; child < 3; child++) {
        void checkpoints.save({ runId: 'child' + child, version: 1, data: 'x'.repeat(150_000) })
        void checkpoints.delete('child' + child)
      }
      void checkpoints.save({ runId: 'child', version: 1, data: 'x'.repeat(150_000) })
      events.next({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } })
      expect(checkpoints.load('child')).toBeDefined()
      end()
      expect(checkpoints.load('child')).toBeUndefined()
    }
  })
  it('cost a step what is new of it, however many steps there were', () => {
    const stored = new Map<string, string>()
    const inner = memoryStorage(stored)
    let written = 0
    const { thread, runs, say } = openByHand(stored, { ...inner, set: (key, value, done) => ((written += value.length), inner.set(key, value, done)) })
    thread.send('x')
    const { input: { runId }, checkpoints } = runs[0]!
    void checkpoints.save({ runId, version: 1, data: 'x'.repeat(20_000) })
    const costs = Array.from({ length: 60 }, (_, step) => {
      const before = written
      say('a')
      void checkpoints.save({ runId: runId + '#' + step, version: 1, data: 'x'.repeat(2000) })
      return written - before
    })
    expect(Math.max(...costs.slice(50))).toBeLessThanOrEqual(Math.max(...costs.slice(5, 15)) + 1000)
    const again = openByHand(new Map(stored))
    const { checkpoints: kept } = again.runs[0]!
    expect([kept.load(runId), kept.load(runId + '#0'), kept.load(runId + '#59')].every(Boolean)).toBe(true)
  })
  it('are not gone on from where a page of them is damaged', () => {
    const { thread, runs, stored } = openByHand()
    thread.send('x')
    const { input: { runId }, checkpoints } = runs[0]!
    void checkpoints.save({ runId, version: 1, data: 'x'.repeat(20_000) })
    for (let step = 0; step < 20; step++) void checkpoints.save({ runId: runId + '#' + step, version: 1, data: 'x'.repeat(2000) })
    const pages = [...stored.keys()].filter(key => /\/\d+\/0$/.test(key))
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) {
      const damaged = new Map(stored).set(page, stored.get(page)!.slice(1))
      expect(openByHand(damaged).runs).toEqual([])
    }
  })
})

it('counts what the steps before a kill had used', () => {
  const usage = (inputTokens: number): ModelEvent => ({ type: 'usage', usage: { provider: 'p', model: 'm', inputTokens } })
  const answer = new Subject<ModelEvent>()
  const stored = new Map<string, string>()
  const find = defineTool({ name: 'find', description: 'Finds.', input: z.object({}), execute: () => 1 })
  const open = (...answers: Parameters<typeof mockModel>) => {
    const model = Object.assign(mockModel(...answers), { info: { provider: 'p', model: 'm', capabilities: { resumable: true } } })
    return createThread({ agent: createAgent({ model, tools: [find] }), platform: fakePlatform({ stored }), store: deviceStore(), id: 't', clock: createTestClock() })
  }
  const call = toolAnswer(['c', 'find', {}])
  open([...call.slice(0, -2), usage(100), ...call.slice(-1)], answer).send('x')
  answer.next(usage(9))
  const rest = new Subject<ModelEvent>()
  const ends: unknown[] = []
  const again = open(rest)
  again.on('event', event => event.type === 'RUN_FINISHED' && ends.push(event.usage))
  rest.next(usage(20))
  finish().filter(({ type }) => type !== 'usage').forEach(event => rest.next(event))
  expect(ends).toEqual([[{ provider: 'p', model: 'm', inputTokens: 120 }]])
})

it('stores a message and the first checkpoint of its run in one write', () => {
  for (const resumable of [true, false]) {
    const inner = memoryStorage(new Map())
    let heads = 0
    const storage: Storage = { ...inner, set: (key, value, done) => (key === 'sampan/thread/t' && heads++, inner.set(key, value, done)) }
    const model = Object.assign(mockModel(new Subject()), { info: { provider: 'p', model: 'm', capabilities: { resumable } } })
    createThread({ agent: createAgent({ model }), platform: fakePlatform({ storage }), store: deviceStore(), id: 't', clock: createTestClock() }).send('x')
    expect(heads).toBe(1)
  }
})
