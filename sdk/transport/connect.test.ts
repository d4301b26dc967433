import type { Observable } from 'rxjs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { connect, type Connection, type ConnectOptions, type StreamRequest } from './connect.js'
import type { Framing } from './body-reader.js'
import { ndjson } from './ndjson.js'
import type { Timeouts } from './watchdog.js'
import type { Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { answer, hear, send, watchedHost, type WatchedHost } from './__fixtures__/watched-host.js'

const URL = 'https://ai.example.com'
const chat = { path: '/chat/completions', body: { a: 1 } }
const join = (host: WatchedHost, options: Partial<ConnectOptions> = {}) => connect({ platform: host, url: URL, clock: host.clock, ...options })
const tokens = (host: WatchedHost): (string | undefined)[] => host.requests.map(({ options }) => options.headers.authorization)
const refuse = (host: WatchedHost, index: number, status = 401): void =>
  answer(host.requests[index]!, { error: { message: 'no', code: 'token_expired' } }, status)

describe('what is sent', () => {
  test('names the log the client minted, to a gateway only', () => {
    const host = watchedHost()
    const request = { ...chat, logId: 'log-1' }
    hear(join(host, { getToken: () => 't' }).open(request))
    hear(join(host, { providerKey: 'sk-1' }).open(request))
    hear(join(host, { signIn: false }).open(request))
    expect(host.requests.map(({ options }) => options.headers['x-sampan-log-id'])).toEqual(['log-1', undefined, undefined])
    expect(tokens(host)).toEqual(['Bearer t', 'Bearer sk-1', undefined])
  })
  test('keeps the log id when the token is replaced, so that a gateway can join the two', () => {
    const host = watchedHost()
    hear(join(host, { getToken: () => 't' }).open({ ...chat, logId: 'log-1' }))
    refuse(host, 0)
    expect(host.requests.map(({ options }) => options.headers['x-sampan-log-id'])).toEqual(['log-1', 'log-1'])
  })
  test('asks a gateway for ASCII where the host damages text', () => {
    const ask = (stream: 'text' | 'bytes'): string | undefined => {
      const host = watchedHost({ capabilities: { stream } })
      hear(join(host, { getToken: () => 't' }).open(chat))
      return host.last.options.headers['x-sampan-ascii']
    }
    expect([ask('text'), ask('bytes')]).toEqual(['1', undefined])
  })
  test('carries headers of the connection and of the request, and a GET no body', () => {
    const host = watchedHost()
    const connection = join(host, { signIn: false, headers: { 'x-app': 'a', 'x-both': 'connection' } })
    hear(connection.open({ path: '/log', method: 'GET', headers: { 'x-both': 'request' }, framing: ndjson }))
    expect(host.last.options).toMatchObject({ method: 'GET', body: undefined, headers: { 'x-app': 'a', 'x-both': 'request', accept: 'application/x-ndjson' } })
    expect(host.last.options.headers).not.toHaveProperty('content-type')
  })
  test('that is no JSON is an error of the stream, not of the call', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const opened = join(watchedHost(), { signIn: false }).open({ path: '/', body: circular })
    let failure: unknown
    opened.subscribe({ error: (thrown: unknown) => (failure = thrown) })
    expect(String(failure)).toContain('circular')
  })
  test('is sent when somebody listens, and again for each who does', () => {
    const host = watchedHost()
    const opened = join(host, { signIn: false }).open(chat)
    expect(host.requests).toHaveLength(0)
    hear(opened)
    hear(opened)
    expect(host.requests).toHaveLength(2)
  })
})

describe('a server that is no gateway, with tokens of one\'s own', () => {
  const request = { ...chat, logId: 'log-1' }
  const start = (options: Partial<ConnectOptions> = {}) => {
    let made = 0
    const host = watchedHost({ capabilities: { stream: 'text', hidesErrors: true } })
    const connection = join(host, { gateway: false, getToken: () => 't-' + ++made, ...options })
    return { host, connection, heard: hear(connection.open(request)) }
  }
  test('is sent the token, and nothing that only a gateway understands', () => {
    const { host, connection } = start()
    expect(connection.isGateway).toBe(false)
    expect(host.last.options.headers).toEqual({ accept: 'text/event-stream', 'content-type': 'application/json', authorization: 'Bearer t-1' })
  })
  test('is sent another token, once, when it refuses the first', () => {
    const { host, heard } = start()
    refuse(host, 0)
    refuse(host, 1)
    expect([tokens(host), heard.error?.code]).toEqual([['Bearer t-1', 'Bearer t-2'], 'transport/unauthorized'])
  })
  test('is not asked for the rest of an answer that broke off', () => {
    const { host, heard } = start()
    host.last.handlers.onHead?.({ status: 200, headers: {} })
    send(host.last, 'data: x\n\n')
    host.last.handlers.onFail({ reason: 'timeout', errMsg: 'cut' })
    host.clock.advance(60_000)
    expect([host.requests.length, heard.values.length, heard.error?.retryable]).toEqual([1, 1, true])
  })
  test('is not asked for a token either', () => {
    const { host } = start({ getToken: undefined })
    expect([host.requests.length, tokens(host)]).toEqual([1, [undefined]])
  })
})

test('a gateway that takes no token, or one in a header, is a gateway where the app says so', () => {
  const host = watchedHost()
  const connection = join(host, { gateway: true, signIn: false })
  hear(connection.open({ ...chat, logId: 'log-1' }))
  expect([connection.isGateway, host.requests.length]).toEqual([true, 1])
  expect(host.last.options.headers).toMatchObject({ 'x-sampan-log-id': 'log-1', 'x-sampan-detach': '1' })
  expect(tokens(host)).toEqual([undefined])
})

describe('a provider\'s key in a release build', () => {
  const platform = watchedHost({ isRelease: true })
  test.each([
    ['as providerKey', { providerKey: 'sk-1' }],
    ['as a header', { signIn: false, headers: { Authorization: 'Bearer sk-1' } }],
    ['as a header of another name', { signIn: false, headers: { 'X-Api-Key': 'sk-1' } }],
  ])('is refused %s', (_, options) => {
    expect(() => connect({ platform, url: URL, ...options })).toThrow(expect.objectContaining({ code: 'transport/provider-key-exposed' }))
  })
  test('is let through where the app insists, and in development', () => {
    expect(connect({ platform, url: URL, providerKey: 'sk-1', dangerouslyShipProviderKey: true }).isGateway).toBe(false)
    expect(connect({ platform: watchedHost(), url: URL, providerKey: 'sk-1' }).isGateway).toBe(false)
    expect(connect({ platform, url: URL }).isGateway).toBe(true)
  })
})

test('the types tell what a connection takes and gives', () => {
  expectTypeOf(connect).parameter(0).toEqualTypeOf<ConnectOptions>()
  expectTypeOf<ConnectOptions>().pick<'platform' | 'url'>().toExtend<{ platform: Platform; url: string }>()
  expectTypeOf<{ platform: Platform; url: string }>().toExtend<ConnectOptions>()
  expectTypeOf<ReturnType<Connection['open']>>().toEqualTypeOf<Observable<Frame>>()
  expectTypeOf<StreamRequest['framing']>().toEqualTypeOf<Framing | undefined>()
  // Only what every host knows.
  expectTypeOf<StreamRequest['method']>().toEqualTypeOf<'GET' | 'POST' | undefined>()
  expectTypeOf<NonNullable<ConnectOptions['timeouts']>>().toEqualTypeOf<Partial<Timeouts>>()
})
