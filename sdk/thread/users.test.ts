import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import type { ThreadStore } from './thread-store.js'
import { changeUser, forgetUser } from './index.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEvent } from '../contracts.js'
import type { HostCallback, Storage } from '../platform/platform.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { finish, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const order = defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), approval: 'ask', execute: () => ({ number: 7 }) })

function open(storage: Storage, answers: MockAnswer[] = [textAnswer('好')], more: { id?: string; store?: ThreadStore } = {}) {
  const platform = fakePlatform({ storage })
  const thread = createThread({ agent: createAgent({ model: mockModel(...answers), tools: [order] }), platform, id: 't', clock: createTestClock(), store: deviceStore(), ...more })
  return { thread, storage, platform }
}
const said = ({ thread }: ReturnType<typeof open>) => thread.state.messages.flatMap(({ parts }) => parts.map(part => (part.type === 'text' ? part.text : part.type)))

/** A storage whose writes wait until they are let through, as a phone's do. */
function slowStorage(stored: Map<string, string>) {
  const waiting: (() => void)[] = []
  const inner = memoryStorage(stored)
  const storage: Storage = {
    ...inner,
    set: (key, value, done) => void waiting.push(() => inner.set(key, value, done)),
    delete: (key, done) => void waiting.push(() => inner.delete(key, done)),
    get: (key, done) => void waiting.push(() => inner.get(key, done)),
    keys: (done: HostCallback<string[]>) => void waiting.push(() => inner.keys(done)),
  }
  return { storage, next: () => waiting.shift()?.(), flush: () => { while (waiting.length) waiting.shift()!() } }
}

describe('the user of a phone', () => {
  it('is told apart by the key: another never sees the conversation', () => {
    const stored = new Map<string, string>()
    const storage = memoryStorage(stored)
    changeUser(storage, 'anna/1')
    open(storage).thread.send('von Anna')
    changeUser(storage, '王 五')
    const other = open(storage)
    expect(said(other)).toEqual([])
    other.thread.send('王五的')
    // A new app knows who it was from the storage alone.
    expect(said(open(memoryStorage(stored)))).toEqual(['王五的', '好'])
    changeUser(storage, 'anna/1')
    expect(said(open(memoryStorage(stored)))).toEqual(['von Anna', '好'])
    expect([...stored].filter(([key]) => key.startsWith('sampan/user/')).join()).not.toContain('Anna')
  })
  it.each(['anna', '', 'sampan/user/x', 'a b', '%2F'])('named %j shares no key with any other', name => {
    const storage = memoryStorage(new Map())
    changeUser(storage, 'x')
    open(storage, undefined, { id: 'y/' + name }).thread.send('x')
    changeUser(storage, 'x/y')
    expect(said(open(storage, undefined, { id: name }))).toEqual([])
  })
  it('who is the first takes over what was said before anyone had signed in, once', () => {
    const stored = new Map<string, string>()
    const before = open(memoryStorage(stored))
    before.thread.send('früher')
    open(memoryStorage(stored), undefined, { id: 'other' }).thread.send('nie geöffnet')
    const storage = memoryStorage(stored)
    changeUser(storage, 'first')
    expect(said(open(storage))).toEqual(['früher', '好'])
    changeUser(storage, 'second')
    expect([said(open(storage)), said(open(storage, undefined, { id: 'other' }))]).toEqual([[], []])
    changeUser(storage, 'first')
    expect([said(open(storage)), said(open(storage, undefined, { id: 'other' }))]).toEqual([['früher', '好'], ['nie geöffnet', '好']])
  })
  it('who signs in during the first run keeps it: nothing is stopped, and it is stored as theirs', () => {
    const answer = new Subject<ModelEvent>()
    const stored = new Map<string, string>()
    const opened = open(memoryStorage(stored), [answer])
    opened.thread.send('hallo')
    changeUser(opened.storage, 'anna')
    answer.next({ type: 'text-delta', delta: 'hi' })
    finish().forEach(event => answer.next(event))
    answer.complete()
    expect(said(opened)).toEqual(['hallo', 'hi'])
    expect(said(open(memoryStorage(stored)))).toEqual(['hallo', 'hi'])
    changeUser(opened.storage, 'bert')
    expect([said(opened), said(open(memoryStorage(stored)))]).toEqual([[], []])
  })
  it('who signs in while the conversation is still being read has said what waits', () => {
    const { storage, next, flush } = slowStorage(new Map())
    const opened = open(storage)
    opened.thread.send('wartet')
    next()
    next()
    changeUser(storage, 'anna')
    flush()
    expect(said(opened)).toEqual(['wartet', '好'])
  })
  it('who cannot be read sees nothing, and nothing is stored over what is there', () => {
    const stored = new Map<string, string>()
    changeUser(memoryStorage(stored), 'anna')
    open(memoryStorage(stored)).thread.send('geheim')
    const before = new Map(stored)
    const inner = memoryStorage(stored)
    const storage: Storage = { ...inner, get: (key, done) => (key === 'sampan/user' ? done({ reason: 'timeout', errMsg: 'busy' }) : inner.get(key, done)) }
    const opened = open(storage)
    expect([said(opened), opened.thread.state.error?.code]).toEqual([[], 'platform/failed'])
    opened.thread.send('wer bin ich')
    expect(stored).toEqual(before)
    // Whoever signs in now is not taken for the first.
    changeUser(storage, 'bert')
    expect(said(opened)).toEqual(['wer bin ich', '好'])
    expect([...stored].filter(([key]) => key.startsWith('sampan/thread/'))).toEqual([...before].filter(([key]) => key.startsWith('sampan/thread/')))
    expect(said(open(memoryStorage(stored)))).toEqual(['wer bin ich', '好'])
  })
  it('who could not be stored has nothing stored, until that can be', () => {
    const stored = new Map<string, string>()
    const inner = memoryStorage(stored)
    let isFull = true
    const storage: Storage = { ...inner, set: (key, value, done) => (isFull && key === 'sampan/user' ? done({ reason: 'quota', errMsg: 'full' }) : inner.set(key, value, done)) }
    changeUser(storage, 'anna')
    const opened = open(storage)
    opened.thread.send('geheim')
    expect([said(opened), opened.thread.state.error?.code, stored.size]).toEqual([['geheim', '好'], 'thread/storage-full', 0])
    isFull = false
    opened.thread.send('geheim')
    const later = memoryStorage(stored)
    changeUser(later, 'bert')
    expect(said(open(later))).toEqual([])
    changeUser(later, 'anna')
    expect(said(open(later))).toHaveLength(4)
  })
  it('who is unknown and has no storage is told apart all the same', () => {
    const opened = open(memoryStorage(new Map()), undefined, { store: undefined })
    changeUser(opened.storage, 'anna')
    opened.thread.send('a')
    changeUser(opened.storage, 'bert')
    expect(said(opened)).toEqual([])
  })
})

describe('a user who changes', () => {
  it('in the middle of a run ends it; what comes late lands nowhere, and each finds their own', () => {
    const answer = new Subject<ModelEvent>()
    const stored = new Map<string, string>()
    const storage = memoryStorage(stored)
    changeUser(storage, 'bert')
    open(storage).thread.send('von Bert')
    changeUser(storage, 'anna')
    const opened = open(storage, [answer, textAnswer('neu')])
    opened.thread.send('von Anna')
    opened.thread.send('wartet')
    answer.next({ type: 'text-delta', delta: 'halb' })
    changeUser(storage, 'bert')
    expect(answer.observed).toBe(false)
    answer.next({ type: 'text-delta', delta: 'zu spät' })
    expect([said(opened), opened.thread.state.status, opened.thread.state.queued]).toEqual([['von Bert', '好'], 'idle', []])
    opened.thread.send('noch etwas')
    expect(said(open(memoryStorage(stored)))).toEqual(['von Bert', '好', 'noch etwas', 'neu'])
    changeUser(storage, 'anna')
    expect(said(opened)).toEqual(['von Anna', 'halb'])
    expect(opened.thread.state.messages.at(-1)!.status).toBe('cancelled')
  })
  it('leaves an open question where it is, for who was asked', () => {
    const storage = memoryStorage(new Map())
    changeUser(storage, 'anna')
    const opened = open(storage, [toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('好')])
    opened.thread.send('拿铁')
    changeUser(storage, 'bert')
    expect([opened.thread.state.status, opened.thread.state.interrupts]).toEqual(['idle', []])
    opened.thread.approve('c')
    expect(said(opened)).toEqual([])
    changeUser(storage, 'anna')
    expect(opened.thread.state.status).toBe('waiting')
    opened.thread.approve('c')
    expect(said(opened)).toEqual(['拿铁', 'tool-call', '好'])
  })
  it.each(Array.from({ length: 14 }, (_, index) => index))('after %i operations of a slow storage, never finds a word of the other', steps => {
    const stored = new Map<string, string>()
    changeUser(memoryStorage(stored), 'anna')
    const { storage, next, flush } = slowStorage(stored)
    const opened = open(storage, [textAnswer('an Anna'), textAnswer('an Anna'), textAnswer('an Bert')])
    flush()
    opened.thread.send('Anna')
    opened.thread.send('Anna')
    for (let i = 0; i < steps; i++) next()
    changeUser(storage, 'bert')
    flush()
    opened.thread.send('Bert')
    flush()
    const texts = (prefix: string) => [...stored].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value).join()
    const [bert, anna] = [texts('sampan/user/bert/'), texts('sampan/thread/')]
    expect([bert.includes('Bert'), bert.includes('Anna'), anna.includes('Bert')]).toEqual([true, false, false])
    expect(said(opened)).toEqual(['Bert', 'an Bert'])
    changeUser(storage, 'anna')
    flush()
    expect(said(opened)).toEqual(['Anna', 'an Anna', 'Anna', 'an Anna'])
  })
})

describe('signing out', () => {
  it('wipes threads, ledger and the guest’s id, ends the run, and leaves others alone', async () => {
    const stored = new Map([['the app’s own', '1'], ['sampan/guest', 'guest-1']])
    const storage = memoryStorage(stored)
    changeUser(storage, 'bert')
    open(storage).thread.send('von Bert')
    const others = [...stored.keys()].filter(key => key.startsWith('sampan/thread/'))
    expect(others).not.toEqual([])
    changeUser(storage, 'anna')
    const answer = new Subject<ModelEvent>()
    const opened = open(storage, [answer])
    open(storage, undefined, { id: 'u' }).thread.send('geheim')
    opened.thread.send('geheim')
    answer.next({ type: 'text-delta', delta: 'geheim' })
    await forgetUser(storage)
    expect([answer.observed, said(opened), opened.thread.state.status]).toEqual([false, [], 'idle'])
    expect([...stored.values()].join()).not.toContain('geheim')
    expect([...stored.keys()].sort()).toEqual([...others, 'sampan/user', 'the app’s own'].sort())
  })
  it('leaves nothing behind, also of writes that were under way', async () => {
    const stored = new Map<string, string>()
    changeUser(memoryStorage(stored), 'anna')
    for (let steps = 0; steps < 12; steps++) {
      const { storage, next, flush } = slowStorage(stored)
      const opened = open(storage)
      flush()
      opened.thread.send('geheim')
      for (let i = 0; i < steps; i++) next()
      const forgotten = forgetUser(storage)
      let isDone = false
      void forgotten.then(() => (isDone = true))
      for (let turn = 0; turn < 1000 && !isDone; turn++) {
        flush()
        await Promise.resolve()
      }
      expect(isDone).toBe(true)
      flush()
      expect([...stored.values()].join()).not.toContain('geheim')
      changeUser(memoryStorage(stored), 'anna')
    }
  })
  it('stores nothing until somebody signs in, who keeps what was said since', async () => {
    const stored = new Map<string, string>()
    const storage = memoryStorage(stored)
    changeUser(storage, 'anna')
    const opened = open(storage)
    await forgetUser(storage)
    opened.thread.send('wer bin ich')
    expect([...stored.keys()]).toEqual(['sampan/user'])
    changeUser(storage, 'bert')
    expect(said(opened)).toEqual(['wer bin ich', '好'])
    expect(said(open(memoryStorage(stored)))).toEqual(['wer bin ich', '好'])
  })
  it('and in again, finds the conversation that is there and not what nobody said', async () => {
    const storage = memoryStorage(new Map())
    changeUser(storage, 'bert')
    open(storage).thread.send('von Bert')
    changeUser(storage, 'anna')
    const opened = open(storage)
    await forgetUser(storage)
    opened.thread.send('niemand')
    changeUser(storage, 'bert')
    expect(said(opened)).toEqual(['von Bert', '好'])
  })
  it('fails, and wipes nothing, where the host does not say who it is', async () => {
    const stored = new Map<string, string>()
    changeUser(memoryStorage(stored), 'anna')
    open(memoryStorage(stored)).thread.send('geheim')
    const before = new Map(stored)
    const storage: Storage = { ...memoryStorage(stored), get: (_key, done) => done({ reason: 'unknown', errMsg: 'busy' }) }
    await expect(forgetUser(storage)).rejects.toMatchObject({ code: 'platform/failed', retryable: true })
    expect(stored).toEqual(before)
  })
  it('wipes what nobody had signed in for, where nobody ever did', async () => {
    const stored = new Map<string, string>()
    const storage = memoryStorage(stored)
    const opened = open(storage)
    opened.thread.send('geheim')
    await forgetUser(storage)
    expect([said(opened), [...stored.keys()]]).toEqual([[], ['sampan/user']])
  })
})

it('does not store an empty conversation over one that is still being read', () => {
  const stored = new Map<string, string>()
  open(memoryStorage(stored)).thread.send('da')
  const before = new Map(stored)
  const { storage, next, flush } = slowStorage(stored)
  const opened = open(storage)
  next()
  opened.platform.signal('hide')
  flush()
  expect(stored).toEqual(before)
  expect(said(opened)).toEqual(['da', '好'])
})
