import { Subject } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import type { ThreadOptions } from './thread.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { en, stringFor } from '../strings.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { createTestClock } from '../testkit/test-clock.js'

function orderTool(effects: unknown[] = []) {
  return defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), approval: 'ask', execute: args => { effects.push(args); return { number: 7 } } })
}

function open(answers: MockAnswer[], more: Partial<ThreadOptions<any>> = {}, effects: unknown[] = []) {
  const model = mockModel(...answers)
  const agent = createAgent({ model, tools: [orderTool(effects)] })
  return { model, effects, thread: createThread({ agent, id: 't', clock: createTestClock(), store: deviceStore(), ...more }) }
}
const shown = ({ thread }: ReturnType<typeof open>) => thread.state.messages.map(message => [message.role, message.status, message.parts.map(part => (part.type === 'text' ? part.text : part.type === 'tool-call' ? part.state : part.type)).join('|')])

describe('createThread', () => {
  it('keeps what was said, and tells those who listen', () => {
    const opened = open([textAnswer('你', '好')])
    const heard: unknown[] = []
    opened.thread.on('text', delta => heard.push(delta))
    opened.thread.on('status', status => heard.push(status))
    expect(opened.thread.send('hi')).toBe(true)
    expect(shown(opened)).toEqual([['user', 'complete', 'hi'], ['assistant', 'complete', '你好']])
    expect(heard.filter(each => each === '你' || each === '好')).toEqual(['你', '好'])
    expect(opened.thread.state.status).toBe('idle')
  })
  it('leaves settled messages the same objects while the next one grows', () => {
    const answer = new Subject<any>()
    const { thread } = open([textAnswer('one'), answer])
    thread.send('a')
    const before = thread.state.messages.slice()
    thread.send('b')
    answer.next({ type: 'text-delta', delta: 'x' })
    expect(thread.state.messages.slice(0, 2)).toEqual(before)
    before.forEach((message, index) => expect(thread.state.messages[index]).toBe(message))
  })
  it('takes an answer for good: a tool that is approved always is not asked about again, one that is denied always never runs', () => {
    for (const isYes of [true, false]) {
      const { thread, effects } = open(['c1', 'c2'].flatMap(id => [toolAnswer([id, 'order', { drink: '拿铁' }]), textAnswer('好')]))
      thread.send('a')
      if (isYes) thread.approve('c1', undefined, { always: true })
      else thread.deny('c1', 'no', { always: true })
      thread.send('b')
      expect([thread.state.status, effects.length]).toEqual(['idle', isYes ? 2 : 0])
    }
  })
  it('approves inside the very call, and runs the tool once', () => {
    const opened = open([toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('好')])
    opened.thread.send('拿铁')
    expect(opened.thread.state.status).toBe('waiting')
    expect(opened.effects).toEqual([])
    opened.thread.approve('c')
    expect(opened.effects).toEqual([{ drink: '拿铁' }])
    opened.thread.approve('c')
    expect(opened.effects).toHaveLength(1)
    expect(shown(opened).at(-1)).toEqual(['assistant', 'complete', 'done|好'])
  })
  it('takes a new message for a no to open questions', () => {
    const opened = open([toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('好')])
    opened.thread.send('拿铁')
    opened.thread.send('算了')
    expect(opened.effects).toEqual([])
    expect(shown(opened)[1]).toEqual(['assistant', 'complete', 'denied'])
    expect(opened.model.requests[1]!.messages.filter(({ role }) => role === 'tool')).toHaveLength(1)
  })
  it.each([['queue', true, 2], ['refuse', false, 1], ['cancel', true, 2]] as const)('treats a message sent during an answer as told: %s', (whileRunning, accepted, asked) => {
    const answer = new Subject<any>()
    const opened = open([answer, textAnswer('second')], { whileRunning })
    opened.thread.send('a')
    answer.next({ type: 'text-delta', delta: 'first' })
    expect(opened.thread.send('b')).toBe(accepted)
    if (whileRunning !== 'cancel') {
      answer.next({ type: 'finish', reason: 'stop' })
      answer.complete()
    }
    expect(opened.model.requests).toHaveLength(asked)
  })
  it('keeps a cut answer and its reason, and asks again', () => {
    const opened = open([errorAnswer(new SampanError('transport/truncated', 'cut'), 'half'), textAnswer('whole')])
    opened.thread.send('a')
    expect(shown(opened)[1]).toEqual(['assistant', 'failed', 'half'])
    expect(opened.thread.state.error).toMatchObject({ code: 'transport/truncated', retryable: true })
    expect(opened.thread.regenerate()).toBe(true)
    expect(shown(opened)).toEqual([['user', 'complete', 'a'], ['assistant', 'complete', 'whole']])
    expect(opened.thread.state.error).toBeUndefined()
  })
  it.each<[ErrorCode, boolean]>([
    ['transport/offline', true], ['transport/rate-limited', true], ['transport/server', true], ['transport/sign-in-failed', true], ['endpoint/provider-error', true],
    ['transport/http', false], ['transport/unauthorized', false], ['transport/domain-not-allowed', false], ['transport/too-large', false], ['transport/provider-key-exposed', false], ['agent/step-limit', false],
  ])('says of %s whether the same may succeed later: %s', (code, retryable) => {
    const { thread } = open([errorAnswer(new SampanError(code, 'no'))])
    thread.send('a')
    expect(thread.state.error).toEqual({ code, text: stringFor(code), retryable })
  })
  it('tells a person in the thread\'s words that a tool failed or was denied, and the model in its own', () => {
    const find = defineTool({ name: 'find', description: 'Finds.', execute: () => { throw new Error('no network in the shop') } })
    const model = mockModel(toolAnswer(['a', 'find', {}]), textAnswer('!'), toolAnswer(['b', 'order', { drink: '拿铁' }]), toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('!'))
    const thread = createThread({ agent: createAgent({ model, tools: [find, orderTool()] }), id: 't', strings: en })
    for (const text of ['a', 'b', 'c']) thread.send(text)
    thread.deny('c', 'too dear')
    const calls = thread.state.messages.flatMap(({ parts }) => parts.filter(part => part.type === 'tool-call')).map(({ error, resultText }) => [error, resultText])
    expect(calls).toEqual([
      [en.error, expect.stringContaining('no network in the shop')],
      [en['agent/tool-denied'], expect.stringContaining('without answering')],
      [en['agent/tool-denied'], expect.stringContaining('too dear')],
    ])
  })
  it('is never idle between its restoring and what was sent meanwhile', () => {
    const inner = memoryStorage(new Map())
    const reads: (() => void)[] = []
    const storage: typeof inner = { ...inner, get: (key, done) => void reads.push(() => inner.get(key, done)) }
    const { thread } = open([new Subject<any>()], { platform: fakePlatform({ storage }) })
    const told: string[] = []
    thread.on('status', status => told.push(status))
    thread.send('a')
    expect(thread.state.status).toBe('restoring')
    while (reads.length) reads.shift()!()
    expect([told, thread.state.messages.length]).toEqual([['running'], 1])
  })
  it('replaces a message and all behind it', () => {
    const opened = open([textAnswer('one'), textAnswer('two'), textAnswer('three')])
    opened.thread.send('a')
    opened.thread.send('b')
    expect(opened.thread.edit(opened.thread.state.messages[0]!.id, 'c')).toBe(true)
    expect(shown(opened)).toEqual([['user', 'complete', 'c'], ['assistant', 'complete', 'three']])
  })
  it('cancels with what has arrived, and leaves the model', () => {
    const answer = new Subject<any>()
    const opened = open([answer])
    opened.thread.send('a')
    answer.next({ type: 'text-delta', delta: 'half' })
    opened.thread.cancel()
    expect(answer.observed).toBe(false)
    expect(shown(opened)[1]).toEqual(['assistant', 'cancelled', 'half'])
  })
  it('shows many deltas at most every 80 ms, and the end at once', () => {
    const clock = createTestClock()
    const answer = new Subject<any>()
    const { thread } = open([answer], { clock })
    let updates = 0
    thread.state$.subscribe(() => (updates += 1))
    thread.send('a')
    clock.advance(100)
    const before = updates
    for (let i = 0; i < 100; i++) answer.next({ type: 'text-delta', delta: 'x' })
    clock.advance(80)
    expect(updates - before).toBeLessThanOrEqual(2)
    answer.next({ type: 'finish', reason: 'stop' })
    answer.complete()
    expect(thread.state.messages[1]!.status).toBe('complete')
  })
})

describe('a stored conversation', () => {
  const settle = () => new Promise(resolve => setTimeout(resolve, 5))

  it('is there again after the app was killed, with its open question', async () => {
    const stored = new Map<string, string>()
    open([toolAnswer(['c', 'order', { drink: '拿铁' }])], { platform: fakePlatform({ stored }) }).thread.send('拿铁')
    await settle()
    const again = open([textAnswer('好')], { platform: fakePlatform({ stored }) })
    await settle()
    expect(again.thread.state.status).toBe('waiting')
    again.thread.approve('c')
    await settle()
    expect(again.effects).toEqual([{ drink: '拿铁' }])
    expect(shown(again)).toEqual([['user', 'complete', '拿铁'], ['assistant', 'complete', 'done|好']])
  })
  it('is forgotten when cleared', async () => {
    const stored = new Map<string, string>()
    const { thread } = open([textAnswer('x')], { platform: fakePlatform({ stored }) })
    await settle()
    thread.send('a')
    await settle()
    expect(stored.size).toBeGreaterThan(0)
    thread.clear()
    await settle()
    const again = open([textAnswer('y')], { platform: fakePlatform({ stored }) })
    await settle()
    expect(shown(again)).toEqual([])
  })
  it('survives a full storage: what was stored stays, the talk goes on, and the person is told', async () => {
    const stored = new Map<string, string>()
    const first = open([textAnswer('one')], { platform: fakePlatform({ stored }) })
    await settle()
    first.thread.send('a')
    await settle()
    const storage = memoryStorage(stored)
    const full = { ...storage, set: (_key: string, _value: string, done: (failure: any) => void) => done({ reason: 'quota', errMsg: 'full' }) }
    const second = open([textAnswer('two')], { platform: fakePlatform({ storage: full }) })
    await settle()
    second.thread.send('b')
    await settle()
    expect(shown(second).at(-1)).toEqual(['assistant', 'complete', 'two'])
    expect(second.thread.state.error?.code).toBe('thread/storage-full')
    const third = open([], { platform: fakePlatform({ stored }) })
    await settle()
    expect(shown(third)).toEqual([['user', 'complete', 'a'], ['assistant', 'complete', 'one']])
  })
  it('reports a damaged record and starts empty', async () => {
    const stored = new Map<string, string>()
    const { thread } = open([textAnswer('one')], { platform: fakePlatform({ stored }) })
    await settle()
    thread.send('a')
    await settle()
    for (const [key, value] of stored) if (/\/\d+\/\d+$/.test(key)) stored.set(key, value.slice(0, -3))
    const again = open([], { platform: fakePlatform({ stored }) })
    await settle()
    expect([again.thread.state.error?.code, again.thread.state.messages]).toEqual(['thread/record-damaged', []])
  })
})

it('carries the types of tools to message parts', () => {
  const agent = createAgent({ model: mockModel(), tools: [orderTool()] })
  const thread = createThread({ agent, id: 't' })
  const part = thread.state.messages[0]?.parts[0]
  if (part?.type === 'tool-call' && part.toolName === 'order') {
    expectTypeOf(part.args).toEqualTypeOf<Partial<{ drink: string }>>()
    expectTypeOf(part.result).toEqualTypeOf<{ number: number } | undefined>()
  }
  thread.dispose()
})
