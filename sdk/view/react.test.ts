import { createRequire } from 'node:module'
import { act, createElement, Fragment, StrictMode, type ReactElement, type ReactNode } from 'react'
import { Observable, Subject } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { useThread } from './react.js'
import type { ModelEvent } from '../contracts.js'
import { createAgent } from '../agent/create-agent.js'
import { createThread } from '../thread/create-thread.js'
import type { ThreadState } from '../thread/messages.js'
import type { Thread } from '../thread/thread.js'
import { mockModel, textAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

// React itself over the least of a document: the components here draw nothing, they write down what they were given.

interface Root {
  render(children: ReactNode): void
  unmount(): void
}
// Typed here: the library knows nothing of react-dom, not even its types.
const require = createRequire(import.meta.url)
const { createRoot } = require('react-dom/client') as { createRoot(container: unknown): Root }
const { renderToString } = require('react-dom/server') as { renderToString(element: ReactElement): string }

const FLUSH_MS = 80
const roots: Root[] = []
const errors = vi.spyOn(console, 'error')

beforeAll(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('window', { HTMLIFrameElement: class {} })
})
afterEach(() => {
  act(() => roots.splice(0).forEach(root => root.unmount()))
  // React complains aloud: of updates after an unmount, of snapshots that are never the same, of hooks out of order.
  if (errors.mock.calls.length) throw new Error(errors.mock.calls.join('\n'))
})
afterAll(() => vi.unstubAllGlobals())

function mount(element: ReactElement): Root {
  const node = { nodeType: 1, nodeName: 'DIV', tagName: 'DIV', namespaceURI: 'http://www.w3.org/1999/xhtml', textContent: '', addEventListener() {} }
  const document = { nodeType: 9, activeElement: null, body: node, addEventListener() {} }
  const root = createRoot(Object.assign(node, { ownerDocument: document }))
  roots.push(root)
  act(() => root.render(element))
  return root
}

/** A conversation with a counter of who follows it. */
function open(id = 't') {
  const clock = createTestClock()
  const answer = new Subject<ModelEvent>()
  const made = createThread({ agent: createAgent({ model: mockModel(answer) }), id, clock, flushMs: FLUSH_MS })
  const followers = { now: 0, ever: 0 }
  const state$ = new Observable<ThreadState>(subscriber => {
    followers.now += 1
    followers.ever += 1
    subscriber.add(() => void (followers.now -= 1))
    return made.state$.subscribe(subscriber)
  })
  const thread: Thread = Object.create(made, { state$: { value: state$ } })
  const say = (delta: string): void => act(() => answer.next({ type: 'text-delta', delta }))
  const wait = (ms: number): void => act(() => clock.advance(ms))
  return { thread, answer, followers, say, wait }
}

const textOf = ({ messages }: Pick<ThreadState, 'messages'>): string =>
  messages.flatMap(({ role, parts }) => (role === 'assistant' ? parts : [])).map(part => (part.type === 'text' ? part.text : '')).join('')

/** A component that writes down the text of each of its renders. */
function Reader({ thread, log }: { thread: Thread; log: string[] }): null {
  log.push(textOf(useThread(thread)))
  return null
}

describe('useThread', () => {
  test('renders in the rhythm of the thread, not once a delta', () => {
    const { thread, say, wait } = open()
    const log: string[] = []
    mount(createElement(Reader, { thread, log }))
    act(() => void thread.send('go'))
    say('一')
    wait(FLUSH_MS)
    expect(log.at(-1)).toBe('一')
    log.length = 0
    // The first delta after a pause is shown at once; what follows waits for the flush.
    for (let i = 0; i < 100; i++) say('舟')
    const shown = log.length
    expect(shown).toBeLessThanOrEqual(1)
    wait(FLUSH_MS)
    expect(log.slice(shown)).toEqual(['一' + '舟'.repeat(100)])
  })

  test('gives one object until the next flush, whoever else makes the component render', () => {
    const { thread, say, wait } = open()
    const states: ThreadState[] = []
    const Watcher = (_: { turn: number }): null => (states.push(useThread(thread).state), null)
    const root = mount(createElement(Watcher, { turn: 0 }))
    act(() => void thread.send('go'))
    say('一')
    wait(FLUSH_MS)
    say('二')
    say('三')
    const before = states.at(-1)
    act(() => root.render(createElement(Watcher, { turn: 1 })))
    expect(states.at(-1)).toBe(before)
    wait(FLUSH_MS)
    expect(textOf(states.at(-1)!)).toBe('一二三')
  })

  test('shows two components the same state in each commit', () => {
    const { thread, say, wait } = open()
    const logs: [string[], string[]] = [[], []]
    mount(createElement(Fragment, null, ...logs.map(log => createElement(Reader, { thread, log }))))
    act(() => void thread.send('go'))
    for (const delta of '一二三四五') {
      say(delta)
      wait(FLUSH_MS / 2)
    }
    wait(FLUSH_MS)
    expect(logs[0].at(-1)).toBe('一二三四五')
    expect(logs[1]).toEqual(logs[0])
  })

  test('shows what was said between a render and its commit', () => {
    const { thread } = open()
    const log: string[] = []
    const Hasty = (): null => {
      log.push(String(useThread(thread).messages.length))
      if (!thread.state.messages.length) thread.send('go')
      return null
    }
    mount(createElement(Hasty))
    expect(log[0]).toBe('0')
    expect(Number(log.at(-1))).toBeGreaterThan(0)
  })

  test('stops following when the component goes', () => {
    const { thread, followers, say, wait } = open()
    const log: string[] = []
    const root = mount(createElement(Reader, { thread, log }))
    act(() => void thread.send('go'))
    expect(followers.now).toBe(1)
    act(() => root.render(null))
    expect(followers.now).toBe(0)
    const renders = log.length
    say('late')
    wait(FLUSH_MS * 2)
    expect(log.length).toBe(renders)
    expect(textOf(thread.state)).toBe('late')
  })

  test('follows once in StrictMode, where effects run twice', () => {
    const { thread, followers, say, wait } = open()
    const log: string[] = []
    const root = mount(createElement(StrictMode, null, createElement(Reader, { thread, log })))
    expect(followers).toEqual({ now: 1, ever: 2 })
    act(() => void thread.send('go'))
    say('一')
    wait(FLUSH_MS)
    expect(log.at(-1)).toBe('一')
    act(() => root.unmount())
    expect(followers.now).toBe(0)
  })

  test('never shows one thread the words of another', () => {
    const [one, two] = [open('one'), open('two')]
    for (const [{ thread, say, wait }, word] of [[one, '甲'], [two, '乙']] as const) {
      act(() => void thread.send('go'))
      say(word)
      wait(FLUSH_MS)
    }
    const log: string[] = []
    const Switch = ({ thread }: { thread: Thread }): null => (log.push(thread.id + textOf(useThread(thread))), null)
    const root = mount(createElement(Switch, { thread: one.thread }))
    act(() => root.render(createElement(Switch, { thread: two.thread })))
    expect([one.followers.now, two.followers.now]).toEqual([0, 1])
    one.say('丙')
    one.wait(FLUSH_MS)
    act(() => root.render(createElement(Switch, { thread: one.thread })))
    expect([...new Set(log)]).toEqual(['one甲', 'two乙', 'one甲丙'])
  })

  test('draws a conversation on a server as it stands', () => {
    const thread = createThread({ agent: createAgent({ model: mockModel(textAnswer('有三款')) }), id: 's' })
    thread.send('go')
    const Page = (): ReactElement => createElement('p', null, textOf(useThread(thread)))
    expect(renderToString(createElement(Page))).toBe('<p>有三款</p>')
    thread.dispose()
  })
})
