import { describe, expect, test } from 'vitest'
import { connect } from './connect.js'
import { bytes, hear, watchedHost, type Heard, type WatchedHost } from './__fixtures__/watched-host.js'
import type { Frame } from '../protocol/frames.js'

// Leaving at any moment lets go of everything, and what the host still reports is not heard.

type Moment = [name: string, happen: (host: WatchedHost) => void]

const login: Moment = ['the host gives a code', host => host.logins[0]?.(null, { code: 'c' })]
const token = (value: string): Moment => [
  'the gateway gives ' + value,
  host => host.last?.handlers.onEnd({ status: 200, headers: {}, body: JSON.stringify({ token: value }) }),
]
const refusal: Moment = ['the token is refused', host => host.last?.handlers.onEnd({ status: 401, headers: {} })]
const head: Moment = ['the head comes', host => host.last?.handlers.onHead!({ status: 200, headers: {} })]
const piece = (text: string): Moment => ['a piece comes: ' + JSON.stringify(text), host => host.last?.handlers.onChunk!(bytes(text))]
const pause: Moment = ['time goes by', host => host.clock.advance(5000)]
const hide: Moment = ['the app is hidden', host => host.signal('hide')]
const end: Moment = ['the body ends', host => host.last?.handlers.onEnd({ status: 200, headers: {} })]
const failure: Moment = ['the host fails', host => host.last?.handlers.onFail({ reason: 'unknown', errMsg: 'fail' })]

const stream = [head, piece('data: 1\n'), pause, piece('\n: ping\n\n'), hide, piece('data: 2\n\nda'), pause]
const stories: Record<string, Moment[]> = {
  'a stream that ends': [login, token('one'), ...stream, end],
  'a stream that fails': [login, token('one'), ...stream, failure],
  'a token that is replaced': [login, token('one'), refusal, login, token('two'), ...stream, end],
}

function play(moments: Moment[], until: number): { host: WatchedHost; heard: Heard<Frame> } {
  const host = watchedHost({ signsIn: true })
  const heard = hear(connect({ platform: host, url: 'https://a.example', clock: host.clock }).open({ path: '/c', body: {} }))
  for (const [, happen] of moments.slice(0, until)) happen(host)
  return { host, heard }
}

function held(host: WatchedHost): object {
  return { timers: host.clock.pending, listeners: host.listeners, requests: host.open }
}

const nothing = { timers: 0, listeners: 0, requests: 0 }

describe.each(Object.entries(stories))('%s', (_, moments) => {
  test.each(moments.map(([name], index) => [index, name] as const))('is left before moment %i, when %s', index => {
    const { host, heard } = play(moments, index)
    const before = heard.values.length
    heard.leave()
    expect(held(host)).toEqual(nothing)
    for (const [, happen] of moments.slice(index)) happen(host)
    expect(held(host)).toEqual(nothing)
    host.clock.advance(600_000)
    expect(heard).toMatchObject({ late: 0, error: undefined, isEnded: false })
    expect(heard.values).toHaveLength(before)
  })
  test('lets go of everything when it is over by itself', () => {
    const { host, heard } = play(moments, moments.length)
    expect(heard.isEnded || heard.error !== undefined).toBe(true)
    expect(held(host)).toEqual(nothing)
    expect(host.requests.map(({ isAborted }) => isAborted)).toEqual(host.requests.map(() => false))
    for (const [, happen] of [...stream, end, failure]) happen(host)
    host.clock.advance(600_000)
    expect(heard.late).toBe(0)
  })
})

test('a stream is aborted at the host when it is left', () => {
  const { host, heard } = play(stories['a stream that ends']!, 5)
  heard.leave()
  expect(host.requests.map(({ isAborted }) => isAborted)).toEqual([false, true])
})

test('a sign-in is aborted when the last who waits for it leaves, not before', () => {
  const host = watchedHost({ signsIn: true })
  const gateway = connect({ platform: host, url: 'https://a.example', clock: host.clock })
  const [one, two] = [hear(gateway.open({ path: '/c' })), hear(gateway.open({ path: '/c' }))]
  host.logins[0]!(null, { code: 'c' })
  one.leave()
  expect(host.last.isAborted).toBe(false)
  two.leave()
  expect(host.last.isAborted).toBe(true)
  expect(held(host)).toEqual(nothing)
  hear(gateway.open({ path: '/c' }))
  expect(host.logins).toHaveLength(1)
})

test('a token that cannot be had after all, when everybody has left, fails nobody', async () => {
  const host = watchedHost()
  let fail: (reason: Error) => void = () => {}
  const getToken = () => new Promise<string>((_resolve, reject) => (fail = reject))
  const heard = hear(connect({ platform: host, url: 'https://a.example', clock: host.clock, getToken }).open({ path: '/c', logId: 'log-1' }))
  heard.leave()
  fail(new Error('no backend'))
  await new Promise(setImmediate)
  expect([heard.late, heard.error, held(host)]).toEqual([0, undefined, nothing])
})

test('leaving inside a value stops the rest of the piece', () => {
  const host = watchedHost()
  const values: string[] = []
  const subscription = connect({ platform: host, url: 'https://a.example', signIn: false, clock: host.clock })
    .open({ path: '/c' })
    .subscribe(({ data }) => {
      values.push(data)
      subscription.unsubscribe()
    })
  host.last.handlers.onChunk!(bytes('data: 1\n\ndata: 2\n\n'))
  expect([values, host.last.isAborted, host.clock.pending]).toEqual([['1'], true, 0])
})
