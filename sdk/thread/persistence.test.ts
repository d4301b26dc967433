import fc from 'fast-check'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEvent, ReplayPolicy } from '../contracts.js'
import type { Storage } from '../platform/platform.js'
import { zh } from '../strings.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

/** A storage that remembers how it looked after each change: what a phone holds that is killed right then. */
function killable(stored = new Map<string, string>()) {
  const moments: { stored: Map<string, string>; effects: number }[] = []
  const effects: unknown[] = []
  const inner = memoryStorage(stored)
  const remember = (): void => void moments.push({ stored: new Map(stored), effects: effects.length })
  const storage: Storage = {
    ...inner,
    set(key, value, done) {
      inner.set(key, value, failure => {
        remember()
        done(failure)
      })
    },
    delete(key, done) {
      inner.delete(key, failure => {
        remember()
        done(failure)
      })
    },
  }
  return { storage, moments, effects }
}

interface OrderOptions { approval?: 'ask' | 'allow'; replay?: ReplayPolicy; requiresGesture?: boolean; execute?: (args: { drink: string }) => unknown }

function app(storage: Storage, effects: unknown[], answers: MockAnswer[], { execute, ...options }: OrderOptions = {}) {
  const order = defineTool({
    name: 'order',
    description: 'Orders.',
    input: z.object({ drink: z.string() }),
    approval: 'ask',
    ...options,
    execute(args, { toolCallId }) {
      effects.push(toolCallId)
      return execute ? execute(args) : { number: effects.length }
    },
  })
  const model = mockModel(...answers)
  const thread = createThread({ agent: createAgent({ model, tools: [order] }), platform: fakePlatform({ storage }), store: deviceStore(), id: 't', clock: createTestClock() })
  return { thread, model, call: () => thread.state.messages.flatMap(({ parts }) => parts).find(part => part.type === 'tool-call') }
}
const callsOrder = toolAnswer(['c', 'order', { drink: '拿铁' }])
const never = new Promise(() => {})

describe('a kill while a tool runs', () => {
  it.each<[ReplayPolicy, number]>([['idempotent', 2], ['ask', 1], ['never', 1]])('with replay "%s", an approval after it has had %i effects in all', (replay, effects) => {
    const phone = killable()
    const before = app(phone.storage, phone.effects, [callsOrder], { replay, execute: () => never })
    before.thread.send('拿铁')
    before.thread.approve('c')
    expect(phone.effects).toHaveLength(1)

    const after = app(memoryStorage(phone.moments.at(-1)!.stored), phone.effects, [textAnswer('好')], { replay })
    expect([after.thread.state.status, after.call()!.state]).toEqual(['waiting', 'asking'])
    after.thread.approve('c')
    expect(phone.effects).toHaveLength(effects)
  })

  it('asks once more where the tool says so, with a warning, and a second yes is a yes', () => {
    const phone = killable()
    const before = app(phone.storage, phone.effects, [callsOrder], { execute: () => never })
    before.thread.send('拿铁')
    before.thread.approve('c')
    const after = app(memoryStorage(phone.moments.at(-1)!.stored), phone.effects, [textAnswer('好')])
    after.thread.approve('c')
    expect(after.thread.state.interrupts).toMatchObject([{ toolCallId: 'c', metadata: { sampan: { mayHaveRun: true } } }])
    after.thread.approve('c')
    expect([phone.effects.length, after.call()!.state]).toEqual([2, 'done'])
  })

  it('leaves a call that needed no approval with an end that says what is known, to person and model', () => {
    const phone = killable()
    const before = app(phone.storage, phone.effects, [callsOrder], { approval: 'allow', execute: () => never })
    before.thread.send('拿铁')
    const after = app(memoryStorage(phone.moments.at(-1)!.stored), phone.effects, [textAnswer('好')])
    expect(after.thread.state.messages.map(message => message.status)).toEqual(['complete', 'cancelled'])
    expect(after.call()).toMatchObject({ state: 'failed', error: zh['agent/tool-outcome-unknown'] })
    after.thread.send('怎么样了')
    expect(after.model.requests[0]!.messages).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'tool', content: expect.stringContaining('unknown') }, { role: 'user' }])
  })

  it('stores the armed call of a gesture before the sheet, and reaches the host inside the tap however slow the storage is', async () => {
    const waiting: (() => void)[] = []
    const stored = new Map<string, string>()
    const inner = memoryStorage(stored)
    const slow: Storage = { ...inner, set: (key, value, done) => void waiting.push(() => inner.set(key, value, done)) }
    const effects: unknown[] = []
    const { thread } = app(slow, effects, [callsOrder, textAnswer('好')], { requiresGesture: true })
    thread.send('拿铁')
    expect(thread.state.status).toBe('running')
    for (; thread.state.status === 'running'; await Promise.resolve()) waiting.shift()?.()
    expect([...stored.values()].join()).toContain('"armed"')
    const before = waiting.length
    thread.approve('c')
    expect([effects.length, waiting.length >= before]).toEqual([1, true])
  })

  it.each<[ReplayPolicy, number, string]>([['idempotent', 1, 'done'], ['ask', 0, 'failed'], ['never', 0, 'failed']])('with replay "%s" and a full storage, has %i effects', (replay, count, state) => {
    const inner = memoryStorage(new Map())
    const full: Storage = { ...inner, set: (_key, _value, done) => done({ reason: 'quota', errMsg: 'full' }) }
    const effects: unknown[] = []
    const { thread, call } = app(full, effects, [callsOrder, textAnswer('好')], { replay })
    thread.send('拿铁')
    thread.approve('c')
    expect([effects.length, call()!.state, thread.state.error?.code]).toEqual([count, state, 'thread/storage-full'])
  })
})

it('loses no settled message and has no effect twice, wherever the phone is killed', () => {
  const turn = fc.record({ text: fc.string({ maxLength: 9_000, unit: 'binary' }), drinks: fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }), approves: fc.boolean() })
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), turns => {
      const phone = killable()
      const answers = turns.flatMap(({ text, drinks }, turn) =>
        drinks.length ? [toolAnswer(...drinks.map((drink, index): [string, string, unknown] => ['c' + turn + '-' + index, 'order', { drink }])), textAnswer(text)] : [textAnswer(text)])
      const { thread } = app(phone.storage, phone.effects, answers, { replay: 'never' })
      const settled: [moment: number, ids: string[]][] = []
      for (const { approves } of turns) {
        thread.send('x')
        for (const { toolCallId } of thread.state.interrupts) (approves ? thread.approve : thread.deny)(toolCallId!)
        settled.push([phone.moments.length, thread.state.messages.map(({ id }) => id)])
      }
      phone.moments.forEach(({ stored, effects }, moment) => {
        const again: unknown[] = []
        const after = app(memoryStorage(stored), again, [textAnswer('ok')], { replay: 'never' })
        expect(after.thread.state.error).toBeUndefined()
        const known = settled.filter(([at]) => at <= moment).at(-1)?.[1] ?? []
        expect(after.thread.state.messages.slice(0, known.length).map(({ id }) => id)).toEqual(known)
        const open = after.thread.state.interrupts.map(({ toolCallId }) => toolCallId!)
        open.forEach(toolCallId => after.thread.approve(toolCallId))
        const begun = phone.effects.slice(0, effects)
        expect(again.filter(toolCallId => begun.includes(toolCallId) || !open.includes(toolCallId as string))).toEqual([])
        expect(after.thread.state.status).toBe('idle')
      })
    }),
    { numRuns: 12 },
  )
})

describe('a long conversation', () => {
  it('writes no more for a turn when it is long', () => {
    const stored = new Map<string, string>()
    const inner = memoryStorage(stored)
    let written = 0
    const counting: Storage = {
      ...inner,
      set(key, value, done) {
        written += value.length
        inner.set(key, value, done)
      },
    }
    const { thread } = app(counting, [], [textAnswer('好'.repeat(1000))])
    const costs = Array.from({ length: 200 }, () => {
      const before = written
      thread.send('再来一杯')
      return written - before
    })
    const most = (from: number): number => Math.max(...costs.slice(from, from + 50))
    expect(most(150)).toBeLessThan(most(0) * 1.2)
    const again = app(memoryStorage(stored), [], [])
    expect(again.thread.state.messages).toEqual(thread.state.messages)
  })

  it('follows a message that is replaced far back', () => {
    const stored = new Map<string, string>()
    const first = app(memoryStorage(stored), [], [textAnswer('好'.repeat(9000))])
    for (let i = 0; i < 10; i++) first.thread.send('第' + i)
    first.thread.edit(first.thread.state.messages[4]!.id, '改')
    const again = app(memoryStorage(stored), [], [])
    expect(again.thread.state.messages).toEqual(first.thread.state.messages)
    expect(again.thread.state.messages).toHaveLength(6)
    // Nothing of what was cut is left behind: six messages, of which three are answers of 9,000 characters.
    expect([...stored.values()].join('').length).toBeLessThan(30_000)
  })

  it('keeps what can be read of a damaged record, and says that something is missing', () => {
    const stored = new Map<string, string>()
    const first = app(memoryStorage(stored), [], [textAnswer('好'.repeat(9000))])
    for (let i = 0; i < 10; i++) first.thread.send('第' + i)
    const key = [...stored.keys()].filter(name => /\/\d+\/\d+$/.test(name))[1]!
    stored.set(key, stored.get(key)!.slice(0, -1))
    const again = app(memoryStorage(stored), [], [textAnswer('新')])
    expect(again.thread.state.error?.code).toBe('thread/record-damaged')
    const { length } = again.thread.state.messages
    expect(length).toBeGreaterThan(10)
    again.thread.send('继续')
    const third = app(memoryStorage(stored), [], [])
    expect([third.thread.state.error, third.thread.state.messages.length]).toEqual([undefined, length + 2])
  })

  it('leaves a record of a newer version untouched, whatever is said meanwhile', () => {
    const stored = new Map<string, string>()
    app(memoryStorage(stored), [], [textAnswer('好')]).thread.send('x')
    const head = 'sampan/thread/t'
    stored.set(head, JSON.stringify({ ...JSON.parse(stored.get(head)!), version: 99 }))
    const before = new Map(stored)
    const again = app(memoryStorage(stored), [], [callsOrder, textAnswer('新')])
    expect(again.thread.state.error?.code).toBe('thread/record-newer')
    again.thread.send('y')
    again.thread.approve('c')
    expect(again.call()!.state).toBe('done')
    again.thread.clear()
    expect(stored).toEqual(before)
  })
})

it('does not overwrite what the host failed to read', () => {
  const stored = new Map<string, string>()
  app(memoryStorage(stored), [], [textAnswer('好')]).thread.send('x')
  const before = new Map(stored)
  const failing: Storage = { ...memoryStorage(stored), get: (_key, done) => done({ reason: 'timeout', errMsg: 'busy' }) }
  const again = app(failing, [], [textAnswer('新')])
  again.thread.send('y')
  expect([again.thread.state.messages.length, stored]).toEqual([2, before])
})

it('does not overwrite a conversation of which the host failed to read a page', () => {
  const stored = new Map<string, string>()
  app(memoryStorage(stored), [], [textAnswer('好')]).thread.send('x')
  const before = new Map(stored)
  const inner = memoryStorage(stored)
  const failing: Storage = { ...inner, get: (key, done) => (/\/\d+\/\d+$/.test(key) ? done({ reason: 'timeout', errMsg: 'busy' }) : inner.get(key, done)) }
  const again = app(failing, [], [textAnswer('新')])
  expect(again.thread.state.error?.code).toBe('platform/failed')
  again.thread.send('y')
  expect(stored).toEqual(before)
})

it.each([['denied', 'platform/denied'], ['quota', 'thread/storage-full'], ['unknown', 'platform/failed']] as const)('says of a storage that answers "%s" that it is %s', (reason, code) => {
  const inner = memoryStorage(new Map())
  const failing: Storage = { ...inner, set: (_key, _value, done) => done({ reason, errMsg: 'no' }) }
  const { thread } = app(failing, [], [textAnswer('好')])
  thread.send('x')
  expect(thread.state.error).toMatchObject({ code })
})

it('forgets what calls gave with the conversation, also where one of them still asks', () => {
  const stored = new Map<string, string>()
  const platform = fakePlatform({ stored })
  const find = defineTool({ name: 'find', description: 'Finds.', execute: () => 'geheim' })
  const order = defineTool({ name: 'order', description: 'Orders.', approval: 'ask', execute: () => 7 })
  const model = mockModel(toolAnswer(['a', 'find', {}], ['b', 'order', {}]))
  const thread = createThread({ agent: createAgent({ model, tools: [find, order] }), platform, id: 't', store: deviceStore(), clock: createTestClock() })
  thread.send('hi')
  expect(JSON.stringify([...stored])).toContain('geheim')
  thread.clear()
  platform.signal('hide')
  expect(JSON.stringify([...stored])).not.toContain('geheim')
})

it('keeps half an answer when the app is hidden', () => {
  const answer = new Subject<ModelEvent>()
  const stored = new Map<string, string>()
  const platform = fakePlatform({ stored })
  const thread = createThread({ agent: createAgent({ model: mockModel(answer) }), platform, id: 't', store: deviceStore(), clock: createTestClock() })
  thread.send('hi')
  answer.next({ type: 'text-delta', delta: '一半' })
  platform.signal('hide')
  const again = app(memoryStorage(stored), [], [])
  expect(again.thread.state.messages.at(-1)).toMatchObject({ status: 'cancelled', parts: [{ text: '一半' }] })
})
