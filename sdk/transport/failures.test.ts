import { describe, expect, test } from 'vitest'
import { requestFrames } from './request-frames.js'
import { DEFAULT_TIMEOUTS } from './watchdog.js'
import { hear, send, bytes, watchedHost, type Heard, type WatchedHost } from './__fixtures__/watched-host.js'
import type { HostFailureReason, ResponseEnd } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'

function ask(host: WatchedHost = watchedHost(), url = 'https://ai.example.com:8443/v1/chat'): Heard<Frame> {
  return hear(requestFrames(host, { url, method: 'POST', headers: {}, framing: 'sse', timeouts: DEFAULT_TIMEOUTS, clock: host.clock }))
}

function failWith(reason: HostFailureReason, errMsg = 'request:fail x'): Heard<Frame> {
  const host = watchedHost()
  const heard = ask(host)
  host.last.handlers.onFail({ reason, errMsg, errno: 600001 })
  return heard
}

function endWith(end: ResponseEnd): Heard<Frame>['error'] {
  const host = watchedHost()
  const heard = ask(host)
  host.last.handlers.onEnd(end)
  return heard.error
}

describe('what a host reports', () => {
  test.each<[HostFailureReason, string, boolean]>([
    ['offline', 'transport/offline', true],
    ['timeout', 'transport/timeout', true],
    ['suspended', 'transport/suspended', true],
    ['tls', 'transport/tls', false],
    ['domain-not-allowed', 'transport/domain-not-allowed', false],
    ['http', 'transport/http', false],
    ['quota', 'transport/failed', true],
    ['denied', 'platform/denied', false],
    ['cancelled', 'transport/failed', true],
    ['unsupported', 'platform/unsupported', false],
    ['unknown', 'transport/failed', true],
  ])('%s is %s', (reason, code, retryable) => {
    const { error } = failWith(reason)
    expect(error).toMatchObject({ code, retryable, details: { phase: 'connect', errMsg: 'request:fail x', errno: 600001 } })
    expect(error!.message).toContain('request:fail x')
  })
  test('names the host to add, with its port, where the domain is not allowed', () => {
    expect(failWith('domain-not-allowed').error!.message).toContain('ai.example.com:8443')
  })
  test('keeps what was known of the answer', () => {
    const host = watchedHost()
    const heard = ask(host)
    host.last.handlers.onHead!({ status: 200, headers: { 'x-request-id': 'req-1' } })
    send(host.last, bytes('data: a\n\ndata: b'))
    host.last.handlers.onFail({ reason: 'unknown', errMsg: 'reset' })
    expect(heard).toMatchObject({
      values: [{ data: 'a' }],
      error: { code: 'transport/failed', details: { phase: 'stream', status: 200, requestId: 'req-1', headers: { 'x-request-id': 'req-1' } } },
    })
  })
  test('of a timeout in mid-stream is that the whole took too long', () => {
    const host = watchedHost()
    const heard = ask(host)
    send(host.last, bytes('data: a\n\n'))
    host.last.handlers.onFail({ reason: 'timeout', errMsg: 'request:fail timeout' })
    expect(heard.error).toMatchObject({ code: 'transport/timeout', details: { phase: 'total' } })
  })
  test('is suspended, whatever it says, where the app was hidden; a certificate stays a certificate', () => {
    const hidden = (reason: HostFailureReason): string | undefined => {
      const host = watchedHost()
      const heard = ask(host)
      host.signal('hide')
      host.last.handlers.onFail({ reason, errMsg: '' })
      return heard.error?.code
    }
    expect((['unknown', 'timeout', 'offline', 'cancelled', 'tls', 'denied'] as const).map(hidden)).toEqual([
      ...Array(4).fill('transport/suspended'), 'transport/tls', 'platform/denied',
    ])
  })
  test('before the call has returned is heard all the same', () => {
    const host = watchedHost({ onRequest: ({ handlers }) => handlers.onFail({ reason: 'offline', errMsg: 'x' }) })
    expect(ask(host).error?.code).toBe('transport/offline')
    expect([host.clock.pending, host.listeners, host.last.isAborted]).toEqual([0, 0, false])
  })
})

describe('an HTTP status', () => {
  test.each([
    [400, 'transport/http', false], [401, 'transport/unauthorized', false], [403, 'transport/unauthorized', false], [404, 'transport/http', false],
    [408, 'transport/server', true], [413, 'transport/http', false], [429, 'transport/rate-limited', true], [500, 'transport/server', true],
    [503, 'transport/server', true], [302, 'transport/http', false],
  ])('%i is %s', (status, code, retryable) => {
    const error = endWith({ status, headers: { 'x-request-id': 'r' } })
    expect(error).toMatchObject({ code, retryable, message: 'HTTP ' + status, details: { status, requestId: 'r', headers: { 'x-request-id': 'r' } } })
  })
  test.each([
    ['an OpenAI-like object', { error: { message: 'no money', code: 'insufficient_quota', type: 't' } }, 'no money', 'insufficient_quota'],
    ['a type without a code', { error: { message: 'no', type: 'invalid_request_error' } }, 'no', 'invalid_request_error'],
    ['a number', { error: { message: 'no', code: 1302 } }, 'no', '1302'],
    ['a flat object', { code: 'InvalidParameter', message: 'bad' }, 'bad', 'InvalidParameter'],
    ['msg', { code: 4000, msg: 'bad' }, 'bad', '4000'],
    ['detail', { detail: 'Not Found' }, 'Not Found', undefined],
    ['a string', { error: 'nope' }, 'nope', undefined],
  ])('reads %s', (_, body, message, providerCode) => {
    const error = endWith({ status: 400, headers: {}, body: JSON.stringify(body) })
    expect(error).toMatchObject({ message: 'HTTP 400: ' + message, details: { providerCode } })
  })
  test('shows plain text, cut, and no markup', () => {
    expect(endWith({ status: 502, headers: {}, body: 'upstream gone ' + 'x'.repeat(2000) })!.message).toMatch(/^HTTP 502: upstream gone x{200,300}$/)
    expect(endWith({ status: 502, headers: {}, body: '<html>secret</html>' })!.message).toBe('HTTP 502')
  })
  test('says where a redirect points that the host did not follow', () => {
    expect(endWith({ status: 302, headers: { location: 'https://portal.example/login' } })!.message).toContain('https://portal.example/login')
  })
  test('takes the request id from the body, or from another vendor\'s header', () => {
    expect(endWith({ status: 500, headers: {}, body: '{"error":{"message":"x","requestId":"req-9"}}' })!.details.requestId).toBe('req-9')
    expect(endWith({ status: 500, headers: { 'x-siliconcloud-trace-id': 't-9' } })!.details.requestId).toBe('t-9')
  })
  test.each([
    ['7', 7000], ['0', 0], ['1.5', 1500], ['Wed, 25 Nov 2026 10:00:30 GMT', 30_000], ['Wed, 25 Nov 2026 09:00:00 GMT', undefined], ['soon', undefined], ['', undefined],
  ])('reads retry-after %j', (value, ms) => {
    const headers = { 'retry-after': value, date: 'Wed, 25 Nov 2026 10:00:00 GMT' }
    expect(endWith({ status: 429, headers })!.details.retryAfterMs).toBe(ms)
  })
  test('that only the end tells, or only the head, counts', () => {
    const host = watchedHost()
    const [late, early] = [ask(host), ask(host)]
    send(host.requests[0]!, bytes('{"error":{"message":"late"}}'))
    host.requests[0]!.handlers.onEnd({ status: 429, headers: {} })
    host.requests[1]!.handlers.onHead!({ status: 429, headers: { 'retry-after': '3' } })
    send(host.requests[1]!, bytes('{"error":{"message":"ear'), bytes('ly"}}'))
    host.requests[1]!.handlers.onEnd({ headers: {} })
    expect(late.error).toMatchObject({ code: 'transport/rate-limited', message: 'HTTP 429: late' })
    expect(early.error).toMatchObject({ message: 'HTTP 429: early', details: { retryAfterMs: 3000 } })
  })
  test('is not waited for when the error\'s body has no end', () => {
    const host = watchedHost()
    const heard = ask(host)
    host.last.handlers.onHead!({ status: 500, headers: {} })
    for (let i = 0; i < 20; i++) send(host.last, bytes('x'.repeat(8000)))
    expect(heard.error).toMatchObject({ code: 'transport/server' })
    expect(host.last.isAborted).toBe(true)
  })
})
