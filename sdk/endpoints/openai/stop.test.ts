import { describe, expect, test } from 'vitest'
import { openai } from './openai.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import type { ToolContext } from '../../contracts.js'
import type { SocketHandlers } from '../../platform/platform.js'
import type { FakePlatformOptions } from '../../testkit/fake-platform.js'
import { createThread } from '../../thread/create-thread.js'
import { connect, socketRung } from '../../transport/index.js'
import { answer, bytes, send, watchedHost, type WatchedHost } from '../../transport/__fixtures__/watched-host.js'

// A person presses Stop, whatever the app is doing: the run ends there, the phone lets go, the server is told, and what
// comes late is not heard.

const chunk = (delta: object, finish?: string): string => JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish ?? null }] })
const text = chunk({ content: '你好' })
const callBegins = chunk({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'order', arguments: '{"drink":' } }] })
const callEnds = chunk({ tool_calls: [{ index: 0, function: { arguments: '"tea"}' } }] })
const frames = (from: number, ...data: string[]): Uint8Array => bytes(data.map((each, index) => 'id: ' + (from + index) + '\ndata: ' + each + '\n\n').join(''))

/** An app that has sent a question. `log` is all that happens, in order. */
function startApp({ stream = 'bytes', approval = 'allow', ...more }: FakePlatformOptions & { stream?: 'bytes' | 'none' | 'events'; approval?: 'allow' | 'ask' } = {}) {
  const host = watchedHost({ signsIn: true, capabilities: { stream, ...more.capabilities }, ...(more.members && { members: more.members }) })
  const log: string[] = []
  const requested = (start: typeof host.request): typeof host.request => (options, handlers) => {
    const name = options.method + ' ' + options.url.replace('https://ai.example.com', '').replace(/logs\/[^/?]+/, 'logs/ID')
    log.push(name)
    const stop = start(options, handlers)
    return () => {
      log.push('abort ' + name)
      stop()
    }
  }
  const request = requested(host.request)
  const platform = { ...host, request, ...(stream === 'events' && { openEventSource: request }) }
  const told: ToolContext['cancel'][] = []
  let hear: (heard: boolean) => void = () => {}
  const order = defineTool({
    name: 'order',
    description: 'Orders',
    approval,
    execute(_args, { cancel }) {
      log.push('execute')
      told.push(cancel)
      cancel.onCancel(() => {
        log.push('tool told')
        return new Promise<boolean>(resolve => (hear = resolve))
      })
      return new Promise(() => {})
    },
  })
  const connection = connect({ platform, url: 'https://ai.example.com', clock: host.clock, socket: socketRung })
  const thread = createThread({ agent: createAgent({ model: openai({ connection, model: 'm' }), tools: [order] }), id: 't', clock: host.clock })
  thread.events$.subscribe(({ event }) => /^RUN_(FINISHED|ERROR)/.test(event.type) && log.push(event.type))
  thread.send('一杯茶')
  return { host, thread, log, toolHeard: (heard: boolean) => hear(heard) }
}
type App = ReturnType<typeof startApp>

const signIn = ({ host }: App): void => {
  host.logins[0]!(null, { code: 'c' })
  answer(host.last, { token: 't' })
}
const receive = (app: App, ...data: string[]): void => {
  signIn(app)
  send(app.host.last, frames(1, ...data))
}
const end = ({ host }: App): void => host.last.handlers.onEnd({ status: 200, headers: {} })

const CHAT = 'POST /chat/completions'
const TELL = 'POST /v1/logs/ID/cancel'
const streamed = ['RUN_FINISHED', 'abort ' + CHAT, TELL]

interface Moment { options?: Parameters<typeof startApp>[0]; reach(app: App): void; follows: string[]; says?: string }

/** When Stop is pressed, and what then happens, in order. */
const moments: Record<string, Moment> = {
  'the host gives its code': { reach() {}, follows: ['RUN_FINISHED'] },
  'it signs in': { reach: ({ host }) => host.logins[0]!(null, { code: 'c' }), follows: ['RUN_FINISHED', 'abort POST /v1/sign-in'] },
  'it connects': { reach: signIn, follows: streamed },
  'the first byte is awaited': { reach: app => (signIn(app), app.host.last.handlers.onHead!({ status: 200, headers: {} })), follows: streamed },
  'text comes': { reach: app => receive(app, text), follows: streamed, says: '你好' },
  'the events of the host’s own come': {
    options: { stream: 'events' },
    reach: app => (signIn(app), send(app.host.last, { data: text, lastEventId: '1' })),
    follows: streamed,
    says: '你好',
  },
  'a tool’s arguments come': { reach: app => receive(app, text, callBegins), follows: streamed, says: '你好' },
  'it waits to connect again': {
    reach(app) {
      receive(app, text)
      app.host.last.handlers.onFail({ reason: 'timeout', errMsg: 'cut' })
    },
    follows: ['RUN_FINISHED', TELL],
    says: '你好',
  },
  'it has connected again': {
    reach(app) {
      receive(app, text)
      app.host.last.handlers.onFail({ reason: 'timeout', errMsg: 'cut' })
      app.host.signal('online')
      send(app.host.last, frames(1, text, text))
    },
    follows: ['RUN_FINISHED', 'abort GET /v1/logs/ID?after=1', TELL],
    says: '你好你好',
  },
  'the app is hidden': {
    options: { capabilities: { hiddenMs: 5000 } },
    reach(app) {
      receive(app, text)
      app.host.signal('hide')
    },
    follows: ['RUN_FINISHED', TELL],
    says: '你好',
  },
  'a poll is asked for': { options: { stream: 'none' }, reach: signIn, follows: streamed },
  'a poll waits': {
    options: { stream: 'none' },
    reach(app) {
      signIn(app)
      answer(app.host.last, { log: app.host.last.options.headers['x-sampan-log-id'] }, 202)
      answer(app.host.last, { frames: [{ seq: 1, data: text }], isDone: false })
    },
    follows: ['RUN_FINISHED', 'abort GET /v1/logs/ID?after=1&wait=20000', TELL],
    says: '你好',
  },
}

/** Everything the host could still report of what was begun. */
function reportLate(host: WatchedHost): void {
  host.requests.slice().forEach(({ handlers }) => {
    handlers.onHead?.({ status: 200, headers: {} })
    handlers.onChunk?.(frames(1, text, callBegins, callEnds, chunk({}, 'tool_calls'), '[DONE]'))
    handlers.onEnd({ status: 200, headers: {} })
  })
  host.logins.slice().forEach(login => login(null, { code: 'late' }))
  host.signal('online')
  host.signal('show')
  host.clock.advance(600_000)
}
const held = ({ open, listeners, clock: { pending } }: WatchedHost) => ({ open, listeners, pending })
const nothing = { open: 0, listeners: 0, pending: 0 }
const saidIn = ({ thread }: App): string => thread.state.messages.slice(1).map(({ parts }) => parts.map(part => ('text' in part ? part.text : '')).join('')).join('')

describe('Stop while', () => {
  test.each(Object.entries(moments))('%s', async (_name, { options, reach, follows, says = '' }) => {
    const app = startApp(options)
    const { host, thread, log } = app
    reach(app)
    log.length = 0
    const heard = thread.cancel()
    expect(log).toEqual(follows)
    expect([thread.state.status, saidIn(app), thread.state.error]).toEqual(['idle', says, undefined])
    // An answer of which nothing came leaves no message.
    expect(thread.state.messages.at(-1)).toMatchObject(says ? { role: 'assistant', status: 'cancelled' } : { role: 'user' })
    if (log.at(-1) === TELL) answer(host.last, { isDone: true })
    expect(await heard).toBe(true)
    expect(held(host)).toEqual(nothing)
    reportLate(host)
    expect(log).toEqual(follows)
    expect(saidIn(app)).toBe(says)
    expect(held(host)).toEqual(nothing)
  })

  test('a tool runs tells the tool, and waits for what it tells', async () => {
    const app = startApp()
    const { host, thread, log } = app
    receive(app, callBegins, callEnds, chunk({}, 'tool_calls'), '[DONE]')
    end(app)
    expect(log).toContain('execute')
    log.length = 0
    const heard = thread.cancel()
    expect(log).toEqual(['RUN_FINISHED', 'tool told'])
    app.toolHeard(false)
    expect(await heard).toBe(false)
    reportLate(host)
    expect([log, held(host)]).toEqual([['RUN_FINISHED', 'tool told'], nothing])
  })

  test('a person is asked leaves the question: nothing runs, and nothing is told', async () => {
    const app = startApp({ approval: 'ask' })
    const { host, thread, log } = app
    receive(app, callBegins, callEnds, chunk({}, 'tool_calls'), '[DONE]')
    end(app)
    expect([thread.state.status, held(host)]).toEqual(['waiting', nothing])
    log.length = 0
    expect(await thread.cancel()).toBe(true)
    reportLate(host)
    expect([thread.state.status, log, held(host)]).toEqual(['waiting', [], nothing])
  })

  test('a socket carries the answer tells the server, and closes the socket some time after', async () => {
    let socket: SocketHandlers | undefined
    let isClosed = false
    const sent: { type: string; id: string }[] = []
    const app = startApp({
      stream: 'none',
      members: {
        openSocket(_options, handlers) {
          socket = handlers
          return { send: data => void sent.push(JSON.parse(data as string)), close: () => (isClosed = true) }
        },
      },
    })
    const { host, thread, log } = app
    signIn(app)
    socket!.onOpen()
    const { id } = sent[0]!
    const say = (seq: number): void => socket!.onMessage(JSON.stringify({ type: 'frame', id, seq, data: text }))
    say(1)
    log.length = 0
    const heard = thread.cancel()
    expect(log).toEqual(['RUN_FINISHED', TELL])
    answer(host.last, { isDone: true })
    expect(await heard).toBe(true)
    expect(held(host)).toEqual({ open: 0, listeners: 0, pending: 1 })
    say(2)
    host.clock.advance(30_000)
    reportLate(host)
    expect([isClosed, saidIn(app), log, held(host)]).toEqual([true, '你好', ['RUN_FINISHED', TELL], nothing])
  })
})

test('a run that is cancelled for the next one tells the server of the first alone', () => {
  const app = startApp()
  const { thread, log } = app
  receive(app, text)
  void thread.cancel()
  thread.send('两杯')
  expect(log.slice(-3)).toEqual(['abort ' + CHAT, TELL, CHAT])
  expect(thread.state.status).toBe('running')
})
