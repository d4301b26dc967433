import type { Observable } from 'rxjs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { connect, type Connection, type ConnectOptions, type StreamRequest } from './connect.js'
import type { Framing } from './body-reader.js'
import { ndjson } from './ndjson.js'
import type { Timeouts } from './watchdog.js'
import type { Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { answer, hear, watchedHost, type WatchedHost } from './__fixtures__/watched-host.js'

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
