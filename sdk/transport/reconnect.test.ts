import { describe, expect, test, vi } from 'vitest'
import { connect } from './connect.js'
import { answer, bytes, hear, send, watchedHost, type WatchedHost } from './__fixtures__/watched-host.js'

const BASE = 'https://ai.example.com'
const frame = (seq: number, data = 'd' + seq): Uint8Array => bytes('id: ' + seq + '\ndata: ' + data + '\n\n')
const cut = (host: WatchedHost, reason: 'timeout' | 'offline' | 'suspended' = 'timeout'): void => host.last.handlers.onFail({ reason, errMsg: 'cut' })
const paths = (host: WatchedHost): string[] => host.requests.map(({ options }) => options.method + ' ' + options.url.replace(BASE, ''))

function start(more: Parameters<typeof watchedHost>[0] = {}, cancel?: { isCancelled: boolean }) {
  const host = watchedHost(more)
  let tokens = 0
  const connection = connect({ platform: host, url: BASE, getToken: () => 't-' + ++tokens, clock: host.clock })
  const heard = hear(connection.open({ path: '/v1/chat/completions', body: {}, logId: 'log-1', cancel }))
  const values = (): string[] => heard.values.map(({ data }) => data)
  return { host, heard, values }
}

describe('a connection that breaks', () => {
  test('is opened again behind the last frame, and each frame comes once', () => {
    const { host, heard, values } = start()
    send(host.last, frame(1), frame(2))
    cut(host)
    expect(heard.error).toBeUndefined()
    host.clock.advance(500)
    expect(paths(host)).toEqual(['POST /v1/chat/completions', 'GET /v1/logs/log-1?after=2'])
    send(host.last, frame(2), frame(3), frame(4, '[DONE]'))
    host.last.handlers.onEnd({ status: 200, headers: {} })
    expect(values()).toEqual(['d1', 'd2', 'd3', '[DONE]'])
    expect([heard.isEnded, host.open, host.listeners, host.clock.pending]).toEqual([true, 0, 0, 0])
  })
  test('by a close without an end is opened again as well', () => {
    const { host, values } = start()
    send(host.last, frame(1))
    host.last.handlers.onEnd({ status: 200, headers: {} })
    host.clock.advance(500)
    send(host.last, frame(2, '[DONE]'))
    host.last.handlers.onEnd({ status: 200, headers: {} })
    expect(values()).toEqual(['d1', '[DONE]'])
  })
  test('is read over one connection at a time, also where the app is shown while another opens', () => {
    const { host, heard, values } = start()
    send(host.last, frame(1))
    cut(host)
    host.clock.advance(500)
    const opening = host.last
    host.signal('show')
    expect([opening.isAborted, host.open]).toEqual([true, 1])
    cut(host)
    // What the one that was left still says is not heard, and so nobody takes it for the one that is gone.
    send(opening, frame(2))
    host.clock.advance(2000)
    send(host.last, frame(2), frame(3, '[DONE]'))
    host.last.handlers.onEnd({ status: 200, headers: {} })
    expect([values(), heard.isEnded, host.open, host.clock.pending]).toEqual([['d1', 'd2', '[DONE]'], true, 0, 0])
  })
  test.each<[string, (host: WatchedHost) => void]>([
    ['by itself', cut],
    ['because the app is hidden', host => (host.signal('hide'), cut(host, 'suspended'), host.signal('show'))],
  ])('%s, when its reader has left with the end, is not opened again', (_, breaks) => {
    const { host, heard } = start()
    send(host.last, frame(1), frame(2, '[DONE]'))
    heard.leave()
    breaks(host)
    host.clock.advance(60_000)
    expect([paths(host), host.listeners, host.clock.pending]).toEqual([['POST /v1/chat/completions'], 0, 0])
  })
  test('before anything came is not opened again: what may never have been sent is not asked for', () => {
    const { host, heard } = start()
    cut(host, 'offline')
    expect(heard.error).toMatchObject({ code: 'transport/offline' })
    expect(host.requests).toHaveLength(1)
  })
  test('without a frame, but after a sign of life, goes on from the beginning of the log', () => {
    const { host, values } = start()
    host.last.handlers.onHead!({ status: 200, headers: {} })
    cut(host)
    host.clock.advance(500)
    expect(paths(host)[1]).toBe('GET /v1/logs/log-1?after=0')
    send(host.last, frame(1, '[DONE]'))
    expect(values()).toEqual(['[DONE]'])
  })
  test('without a word from the host is opened again once nothing has come for 45 seconds', () => {
    const { host, values } = start()
    send(host.last, frame(1))
    host.clock.advance(44_999)
    expect(host.requests).toHaveLength(1)
    host.clock.advance(501)
    expect([host.requests[0]!.isAborted, paths(host)[1]]).toEqual([true, 'GET /v1/logs/log-1?after=1'])
    send(host.requests[0]!, frame(2, 'late'))
    send(host.last, frame(2, '[DONE]'))
    expect(values()).toEqual(['d1', '[DONE]'])
  })
  test.each([
    ['an empty response', (host: WatchedHost) => host.last.handlers.onEnd({ status: 200, headers: {} })],
    ['a response that ends inside its first frame', (host: WatchedHost) => (send(host.last, bytes('id: 1\ndata: {')), host.last.handlers.onEnd({ status: 200, headers: {} }))],
  ])('that looks like %s goes on from the beginning of the log', (_what, happen) => {
    const { host, values } = start()
    happen(host)
    host.clock.advance(500)
    expect(paths(host)[1]).toBe('GET /v1/logs/log-1?after=0')
    send(host.last, frame(1), frame(2, '[DONE]'))
    expect(values()).toEqual(['d1', '[DONE]'])
  })
  test('ends with its own reason where the server has no such log', () => {
    const { host, heard } = start()
    send(host.last, frame(1))
    cut(host)
    host.clock.advance(500)
    answer(host.last, { error: { message: 'no such log' } }, 404)
    expect(heard.error).toMatchObject({ code: 'transport/timeout' })
  })
  test('with a token that has run out meanwhile goes on with a new one', () => {
    const { host, values } = start()
    send(host.last, frame(1))
    cut(host)
    host.clock.advance(500)
    answer(host.last, { error: { message: 'expired' } }, 401)
    expect(host.last.options).toMatchObject({ url: BASE + '/v1/logs/log-1?after=1', headers: { authorization: 'Bearer t-2' } })
    send(host.last, frame(2, '[DONE]'))
    expect(values()).toEqual(['d1', '[DONE]'])
  })
})

describe('attempts', () => {
  test('come at growing distances, at most six without a new frame; a frame gives six more', () => {
    const { host, heard } = start()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    send(host.last, frame(1))
    for (const delay of [500, 1000, 2000, 4000, 8000]) {
      cut(host)
      const before = host.requests.length
      host.clock.advance(delay - 1)
      expect(host.requests).toHaveLength(before)
      host.clock.advance(1)
      expect(host.requests).toHaveLength(before + 1)
    }
    send(host.last, frame(2))
    for (const delay of [500, 1000, 2000, 4000, 8000, 15_000]) {
      cut(host)
      host.clock.advance(delay)
    }
    expect(heard.error).toBeUndefined()
    cut(host)
    expect(heard.error).toMatchObject({ code: 'transport/timeout', retryable: true })
    expect([host.open, host.listeners, host.clock.pending]).toEqual([0, 0, 0])
    vi.restoreAllMocks()
  })
  test('do not wait once the network is back', () => {
    const { host } = start()
    send(host.last, frame(1))
    cut(host, 'offline')
    host.signal('online')
    expect(host.requests).toHaveLength(2)
    host.clock.advance(15_000)
    expect(host.requests).toHaveLength(2)
  })
  test('wait for the app to be shown, however long that takes', () => {
    const { host } = start()
    send(host.last, frame(1))
    host.signal('hide')
    cut(host, 'suspended')
    host.clock.advance(600_000)
    host.signal('online')
    expect(host.requests).toHaveLength(1)
    host.signal('show')
    expect(paths(host)[1]).toBe('GET /v1/logs/log-1?after=1')
  })
})

describe('an app that is hidden', () => {
  test('leaves the connection before the host cuts it, and goes on when it is shown', () => {
    const { host, values } = start({ capabilities: { hiddenMs: 5000 } })
    send(host.last, frame(1))
    host.signal('hide')
    expect([host.open, host.last.isAborted]).toEqual([0, true])
    host.signal('show')
    expect(paths(host)).toEqual(['POST /v1/chat/completions', 'GET /v1/logs/log-1?after=1'])
    send(host.last, frame(2, '[DONE]'))
    expect(values()).toEqual(['d1', '[DONE]'])
  })
  test('keeps the connection where the host is not known to cut it', () => {
    const { host, values } = start()
    host.signal('hide')
    send(host.last, frame(1))
    host.signal('show')
    expect([values(), host.requests.length]).toEqual([['d1'], 1])
  })
  test('has nothing to leave while it signs in', () => {
    const host = watchedHost({ signsIn: true, capabilities: { hiddenMs: 5000 } })
    hear(connect({ platform: host, url: BASE, clock: host.clock }).open({ path: '/v1/chat/completions', body: {}, logId: 'log-1' }))
    host.signal('hide')
    host.signal('show')
    host.logins[0]!(null, { code: 'c' })
    answer(host.last, { token: 't' })
    expect(paths(host)).toEqual(['POST /v1/sign-in', 'POST /v1/chat/completions'])
  })
})

describe('leaving', () => {
  test('closes the connection, then tells the server that nobody wants the rest', () => {
    const { host, heard } = start()
    send(host.last, frame(1))
    const order: string[] = []
    const request = host.last
    Object.defineProperty(request, 'isAborted', {
      set() {
        order.push('aborted')
      },
    })
    heard.leave()
    order.push(...paths(host).slice(1))
    expect(order).toEqual(['aborted', 'POST /v1/logs/log-1/cancel'])
    expect(host.last.options.headers.authorization).toBe('Bearer t-1')
  })
  test.each([[true, 1], [false, 0]])('with a signal that says cancelled: %s tells the server %i times', (isCancelled, times) => {
    const { host, heard } = start({}, { isCancelled })
    send(host.last, frame(1))
    heard.leave()
    expect(paths(host).filter(path => path.endsWith('/cancel'))).toHaveLength(times)
  })
  test('between two attempts, while hidden, and after the end leaves nothing behind', () => {
    const { host, heard } = start({ capabilities: { hiddenMs: 5000 } })
    send(host.last, frame(1))
    cut(host)
    heard.leave()
    answer(host.last, { isDone: true })
    expect([host.open, host.listeners, host.clock.pending]).toEqual([0, 0, 0])
    host.clock.advance(60_000)
    host.signal('show')
    expect(paths(host)).toEqual(['POST /v1/chat/completions', 'POST /v1/logs/log-1/cancel'])
    const over = start()
    send(over.host.last, frame(1, '[DONE]'))
    over.host.last.handlers.onEnd({ status: 200, headers: {} })
    over.heard.leave()
    expect(over.host.requests).toHaveLength(1)
  })
})

test.each(['', '{"frames":[{"seq":1,"da'])('a poll that is answered with a page that broke off (%j) asks for it again', page => {
  const { host, values } = start({ capabilities: { stream: 'none' } })
  answer(host.last, { log: 'log-1' }, 202)
  answer(host.last, page)
  host.clock.advance(500)
  answer(host.last, { frames: [{ seq: 1, data: '[DONE]' }], isDone: true })
  expect(paths(host).slice(1)).toEqual(Array(2).fill('GET /v1/logs/log-1?after=0&wait=20000'))
  expect(values()).toEqual(['[DONE]'])
})

test('a poll whose start is not answered asks for the log after a minute, and not after the ten that an answer may take', () => {
  const { host, values } = start({ capabilities: { stream: 'none', earlyHeaders: false } })
  host.clock.advance(60_000 + 500)
  expect(paths(host)).toEqual(['POST /v1/chat/completions', 'GET /v1/logs/log-1?after=0&wait=20000'])
  expect(host.requests[0]!.isAborted).toBe(true)
  answer(host.last, { frames: [{ seq: 1, data: '[DONE]' }], isDone: true })
  expect([values(), host.open, host.clock.pending]).toEqual([['[DONE]'], 0, 0])
})

test('a poll whose connection is not even made, once its start was answered, goes on with the log', () => {
  const { host, values } = start({ capabilities: { stream: 'none' } })
  answer(host.last, { log: 'log-1' }, 202)
  cut(host, 'offline')
  host.clock.advance(500)
  answer(host.last, { frames: [{ seq: 1, data: '[DONE]' }], isDone: true })
  expect(paths(host).slice(1)).toEqual(Array(2).fill('GET /v1/logs/log-1?after=0&wait=20000'))
  expect(values()).toEqual(['[DONE]'])
})

test('a poll whose token runs out in the middle of an answer goes on with another, once', () => {
  const { host, heard, values } = start({ capabilities: { stream: 'none' } })
  answer(host.last, { log: 'log-1' }, 202)
  answer(host.last, { frames: [{ seq: 1, data: 'd1' }], isDone: false })
  answer(host.last, {}, 401)
  expect([host.last.options.url, host.last.options.headers.authorization]).toEqual([BASE + '/v1/logs/log-1?after=1&wait=20000', 'Bearer t-2'])
  answer(host.last, { frames: [{ seq: 2, data: 'd2' }], isDone: false })
  expect(values()).toEqual(['d1', 'd2'])
  answer(host.last, {}, 401)
  expect(host.last.options.headers.authorization).toBe('Bearer t-3')
  answer(host.last, {}, 401)
  expect(heard.error).toMatchObject({ code: 'transport/unauthorized' })
})

test('a poll that is answered with no page of a log ends the answer', () => {
  const { host, heard } = start({ capabilities: { stream: 'none' } })
  answer(host.last, { log: 'log-1' }, 202)
  answer(host.last, '<html>')
  expect(heard.error).toMatchObject({ code: 'protocol/malformed' })
})
