import { Observable, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { copyTo } from './copy-to.js'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { changeUser, forgetUser } from './index.js'
import { createAgent } from '../agent/create-agent.js'
import type { ModelEvent, RemoteChange, RemoteThread, ThreadRemote } from '../contracts.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'
import { defineTool } from '../agent/define-tool.js'
import * as z from 'zod/mini'

const order = defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), approval: 'ask', execute: () => ({ number: 7 }) })

/** A place for copies, as a gateway is: one version after the other, and a network that the test cuts. */
function createRemote() {
  const threads = new Map<string, Required<Omit<RemoteThread, 'erasedMs'>>>()
  const asked: string[] = []
  const held: (() => void)[] = []
  const state = { isOffline: false, losesAnswers: false, holds: false, now: () => 0 }
  let version = 0
  let erased: { version: number; at: number } | undefined
  const answer = <Answer>(what: string, make: () => Answer) =>
    new Observable<Answer>(subscriber => {
      asked.push(what)
      const say = (): void => {
        if (state.isOffline) return subscriber.error(new Error('offline'))
        const made = make()
        if (state.losesAnswers) return subscriber.error(new Error('cut'))
        subscriber.next(made)
        subscriber.complete()
      }
      if (state.holds) held.push(() => subscriber.closed || say())
      else say()
    })
  const remote: ThreadRemote = {
    read: (id, known) => answer('read', (): RemoteThread => {
      const found = threads.get(id)
      const past = erased && known < erased.version && { erasedMs: state.now() - erased.at }
      return !found ? { version: erased?.version ?? 0, ...past } : found.version === known ? { version: known } : { ...found, ...past }
    }),
    write: (id, { after, from, items, format, rest }: RemoteChange) => answer('write ' + from + '+' + items.length, () => {
      const before = threads.get(id)
      const follows = (before ?? erased)?.version ?? 0
      if (follows !== after) return { version: follows, isConflict: true }
      const kept = (before?.items ?? []).slice(0, from)
      threads.set(id, JSON.parse(JSON.stringify({ version: ++version, items: kept.concat(items), format, rest })))
      return { version }
    }),
  }
  const erase = (): void => {
    threads.clear()
    erased = { version: ++version, at: state.now() }
  }
  return { remote, threads, asked, state, erase, release: () => held.splice(0).forEach(say => say()) }
}
type Remote = ReturnType<typeof createRemote>

function phone({ remote }: Remote, answers: MockAnswer[] = [textAnswer('好')], stored = new Map<string, string>(), clock = createTestClock()) {
  const platform = fakePlatform({ storage: memoryStorage(stored) })
  const open = () => createThread({ agent: createAgent({ model: mockModel(...answers), tools: [order] }), platform, id: 't', clock, store: deviceStore({ copy: copyTo(remote) }) })
  return { stored, platform, clock, open, thread: open() }
}
const said = (thread: { state: { messages: readonly { parts: readonly any[] }[] } }) => thread.state.messages.flatMap(({ parts }) => parts.map(part => part.text ?? part.toolName))
const copied = ({ threads }: Remote) => said({ state: { messages: threads.get('t')!.items as never } })

describe('a copy of a thread', () => {
  it('follows each turn, with what is new in it only', () => {
    const remote = createRemote()
    const { thread } = phone(remote)
    for (const text of ['一', '二', '三']) thread.send(text)
    expect(copied(remote)).toEqual(['一', '好', '二', '好', '三', '好'])
    expect(remote.asked).toEqual(['read', 'read', 'write 0+2', 'write 2+2', 'write 4+2'])
  })
  it('shows on a new phone what was said on another, and goes on both ways', () => {
    const remote = createRemote()
    const first = phone(remote)
    first.thread.send('一')
    const second = phone(remote)
    expect(said(second.thread)).toEqual(['一', '好'])
    second.thread.send('二')
    first.platform.signal('show')
    expect(said(first.thread)).toEqual(['一', '好', '二', '好'])
    first.thread.send('三')
    expect(remote.asked.at(-1)).toBe('write 4+2')
    second.thread.dispose()
    expect(said(second.open())).toEqual(['一', '好', '二', '好', '三', '好'])
  })
  it('waits for the copy where the phone has nothing, but not for ever; what is sent meanwhile waits too', () => {
    const remote = createRemote()
    phone(remote).thread.send('一')
    remote.state.holds = true
    const second = phone(remote)
    second.thread.send('二')
    expect([second.thread.state.status, said(second.thread)]).toEqual(['restoring', []])
    remote.state.holds = false
    remote.release()
    expect(said(second.thread)).toEqual(['一', '好', '二', '好'])
    remote.state.holds = true
    const third = phone(remote)
    third.clock.advance(3_000)
    expect(third.thread.state.status).toBe('idle')
    third.thread.send('三')
    remote.state.holds = false
    remote.release()
    expect(said(third.thread)).toEqual(['一', '好', '二', '好', '三', '好'])
    expect(copied(remote)).toEqual(said(third.thread))
  })
  it('does not hinder a phone without a network, and follows when it is there', () => {
    const remote = createRemote()
    remote.state.isOffline = true
    const first = phone(remote)
    first.thread.send('一')
    first.thread.send('二')
    expect(said(first.thread)).toEqual(['一', '好', '二', '好'])
    first.thread.dispose()
    const again = first.open()
    expect([again.state.status, said(again)]).toEqual(['idle', ['一', '好', '二', '好']])
    remote.state.isOffline = false
    first.platform.signal('online')
    expect(copied(remote)).toEqual(['一', '好', '二', '好'])
  })
  it('keeps the turns of two phones that went on without each other', () => {
    const remote = createRemote()
    const first = phone(remote)
    first.thread.send('一')
    const second = phone(remote)
    remote.state.isOffline = true
    first.thread.send('甲')
    second.thread.send('乙')
    remote.state.isOffline = false
    first.platform.signal('online')
    second.platform.signal('online')
    first.platform.signal('show')
    expect(said(second.thread)).toEqual(['一', '好', '甲', '好', '乙', '好'])
    expect([said(first.thread), copied(remote)]).toEqual([said(second.thread), said(second.thread)])
  })
  it('takes over what the later phone changed', () => {
    const remote = createRemote()
    const first = phone(remote)
    first.thread.send('一')
    const second = phone(remote)
    first.thread.send('甲')
    second.thread.edit(second.thread.state.messages[0]!.id, '乙')
    expect(copied(remote)).toEqual(['乙', '好'])
    first.platform.signal('show')
    expect(said(first.thread)).toEqual(['乙', '好'])
  })
  it('has nothing twice where the answer to a write was lost', () => {
    const remote = createRemote()
    const { thread, platform } = phone(remote)
    thread.send('一')
    remote.state.losesAnswers = true
    thread.send('二')
    remote.state.losesAnswers = false
    thread.send('三')
    platform.signal('show')
    expect([copied(remote), said(thread)]).toEqual([['一', '好', '二', '好', '三', '好'], ['一', '好', '二', '好', '三', '好']])
  })
  it('becomes empty with the thread, on the other phone too', () => {
    const remote = createRemote()
    const [first, second] = [phone(remote), phone(remote)]
    first.thread.send('一')
    second.platform.signal('show')
    expect(said(second.thread)).toEqual(['一', '好'])
    first.thread.clear()
    expect(copied(remote)).toEqual([])
    second.platform.signal('show')
    expect(said(second.thread)).toEqual([])
    first.thread.dispose()
    expect(said(first.open())).toEqual([])
  })
  it('that is on its way while its user is erased is refused, and what was said by then is gone here too', () => {
    for (const copiedBefore of [true, false]) {
      const remote = createRemote()
      const first = phone(remote)
      remote.state.now = () => first.clock.now()
      if (copiedBefore) first.thread.send('一')
      first.clock.advance(1_000)
      remote.state.holds = true
      first.thread.send('二')
      first.clock.advance(1_000)
      remote.erase()
      first.clock.advance(1_000)
      remote.state.holds = false
      for (let round = 0; round < 3; round++) remote.release()
      expect([said(first.thread), remote.threads.size]).toEqual([[], 0])
      first.thread.send('三')
      expect([said(first.thread), copied(remote)]).toEqual([['三', '好'], ['三', '好']])
      first.thread.dispose()
      expect(said(first.open())).toEqual(['三', '好'])
    }
  })
  it('takes an open question with it where its user was erased, and what its calls gave', () => {
    const remote = createRemote()
    const first = phone(remote, [toolAnswer(['c', 'order', { drink: '拿铁' }])])
    remote.state.now = () => first.clock.now()
    first.thread.send('拿铁')
    first.thread.dispose()
    expect(JSON.stringify([...first.stored])).toContain('idempotencyKey')
    first.clock.advance(1_000)
    remote.erase()
    const { state } = first.open()
    expect([state.status, state.messages, JSON.stringify([...first.stored]).includes('idempotencyKey')]).toEqual(['idle', [], false])
  })
  it('keeps a question of after the erasure, until it is answered with all that was said before', () => {
    const remote = createRemote()
    const first = phone(remote, [textAnswer('好'), toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('七号')])
    remote.state.now = () => first.clock.now()
    first.thread.send('一')
    first.clock.advance(1_000)
    remote.erase()
    first.clock.advance(1_000)
    first.thread.send('拿铁')
    first.platform.signal('show')
    expect([first.thread.state.status, said(first.thread).length]).toEqual(['waiting', 4])
    first.thread.approve('c')
    expect([said(first.thread), copied(remote)]).toEqual([['拿铁', 'order', '七号'], ['拿铁', 'order', '七号']])
  })
  it('keeps what was said after its user was erased on another phone, whatever time this phone has', () => {
    const remote = createRemote()
    const [first, second] = [phone(remote), phone(remote)]
    remote.state.now = () => first.clock.now() + 1_000_000
    first.thread.send('一')
    remote.state.isOffline = true
    first.clock.advance(1_000)
    remote.erase()
    first.clock.advance(1_000)
    first.thread.send('二')
    remote.state.isOffline = false
    second.thread.send('新')
    first.platform.signal('online')
    expect([said(first.thread), copied(remote)]).toEqual([['新', '好', '二', '好'], ['新', '好', '二', '好']])
  })
  it('that the place lost after an erasure is brought back whole', () => {
    const remote = createRemote()
    remote.erase()
    const { thread, platform } = phone(remote)
    thread.send('一')
    remote.threads.clear()
    thread.send('二')
    platform.signal('show')
    expect([said(thread), copied(remote)]).toEqual([['一', '好', '二', '好'], ['一', '好', '二', '好']])
  })
  it('holds whole turns: neither an open question nor half an answer', () => {
    const remote = createRemote()
    const answer = new Subject<ModelEvent>()
    const first = phone(remote, [textAnswer('好'), toolAnswer(['c', 'order', { drink: '拿铁' }]), textAnswer('七号'), answer])
    first.thread.send('一')
    first.thread.send('拿铁')
    first.platform.signal('show')
    expect([first.thread.state.status, copied(remote)]).toEqual(['waiting', ['一', '好']])
    first.thread.approve('c')
    expect(copied(remote)).toEqual(['一', '好', '拿铁', 'order', '七号'])
    first.thread.send('还有')
    answer.next({ type: 'text-delta', delta: '半' })
    first.platform.signal('hide')
    expect(copied(remote)).toHaveLength(5)
  })
  it('of a newer app is left as it is, and so is the phone', () => {
    const remote = createRemote()
    remote.threads.set('t', { version: 9, items: [{ strange: true }], format: 99, rest: {} })
    const { thread } = phone(remote)
    thread.send('一')
    expect([said(thread), remote.threads.get('t')!.version]).toEqual([['一', '好'], 9])
  })
  it('of one user gets nothing of another who signs in meanwhile', () => {
    const remote = createRemote()
    const first = phone(remote)
    changeUser(first.platform.storage, 'anna')
    remote.state.holds = true
    first.thread.send('geheim')
    changeUser(first.platform.storage, 'bert')
    remote.release()
    remote.state.holds = false
    first.clock.advance(3_000)
    first.platform.signal('show')
    expect(remote.threads.size).toBe(0)
    expect([first.thread.state.status, said(first.thread)]).toEqual(['idle', []])
  })
  it('of who signs in after a sign-out has both what it held and what was said since', async () => {
    const remote = createRemote()
    const first = phone(remote)
    changeUser(first.platform.storage, 'anna')
    first.thread.send('eins')
    await forgetUser(first.platform.storage)
    expect(said(first.thread)).toEqual([])
    first.thread.send('zwei')
    expect(copied(remote)).toEqual(['eins', '好'])
    changeUser(first.platform.storage, 'anna')
    expect([said(first.thread), copied(remote)]).toEqual([['eins', '好', 'zwei', '好'], ['eins', '好', 'zwei', '好']])
  })
})
