import { expect, test } from 'vitest'
import { connect } from './connect.js'
import { answer, hear, send, watchedHost } from './__fixtures__/watched-host.js'

const chat = { path: '/v1/chat/completions', body: {} }
const errorEvent = (error: object) => ({ event: 'error', data: JSON.stringify({ error }) })

function eventsHost() {
  const host = watchedHost({ capabilities: { stream: 'events' } })
  const heard = hear(connect({ platform: host, url: 'https://ai.example.com', clock: host.clock }).open(chat))
  answer(host.last, { token: 't-1' })
  return { host, heard }
}

test('a host that shows events only asks the gateway for errors as events', () => {
  const { host } = eventsHost()
  expect(host.last.options.headers['x-sampan-errors']).toBe('event')
})

test('a token that is refused in the first event is replaced, once', () => {
  const { host, heard } = eventsHost()
  const refusal = errorEvent({ message: 'expired', code: 'token_expired', status: 401 })
  send(host.last, refusal)
  answer(host.last, { token: 't-2' })
  expect(host.last.options.headers.authorization).toBe('Bearer t-2')
  send(host.last, refusal)
  expect(heard.error).toMatchObject({ code: 'transport/unauthorized', details: { status: 401, providerCode: 'token_expired' } })
})

test('an error in the first event is the error of the response', () => {
  const { host, heard } = eventsHost()
  send(host.last, errorEvent({ message: 'slow down', code: 'rate_limited', status: 429, retryAfter: 7, requestId: 'req_1' }))
  expect(heard.error).toMatchObject({ code: 'transport/rate-limited', details: { status: 429, retryAfterMs: 7000, requestId: 'req_1', phase: 'first-byte' } })
})

test('a ping is no event of the answer, and an error behind it is still the first', () => {
  const { host, heard } = eventsHost()
  send(host.last, { event: 'ping', data: '' }, { event: 'ping', data: '' }, errorEvent({ message: 'slow down', status: 429 }))
  expect(heard).toMatchObject({ values: [], error: { code: 'transport/rate-limited' } })
})

test('a refusal that a host gets which reads on by itself is heard, behind however many frames', () => {
  const host = watchedHost({ capabilities: { stream: 'events' } })
  const heard = hear(connect({ platform: host, url: 'https://ai.example.com', getToken: () => 't', clock: host.clock }).open({ ...chat, logId: 'log-1' }))
  send(host.last, { data: 'x', lastEventId: '1' }, { data: 'y', lastEventId: '2' }, errorEvent({ message: 'gone', status: 404 }))
  expect(heard.values).toMatchObject([{ data: 'x' }, { data: 'y' }, { event: 'error' }])
})

test.each([
  // A refusal has no number, of older gateways 1; what has a number behind the last frame stands in the log.
  [undefined, { values: [{ data: 'x' }], error: { code: 'transport/timeout' } }],
  ['1', { values: [{ data: 'x' }], error: { code: 'transport/timeout' } }],
  ['2', { values: [{ data: 'x' }, { event: 'error' }], error: undefined }],
])('an error in the first event, numbered %s, of an answer that is gone on with behind the first, is what it is', (lastEventId, expected) => {
  const host = watchedHost({ capabilities: { stream: 'events' } })
  const heard = hear(connect({ platform: host, url: 'https://ai.example.com', getToken: () => 't', clock: host.clock }).open({ ...chat, logId: 'log-1' }))
  send(host.last, { data: 'x', lastEventId: '1' })
  host.last.handlers.onFail({ reason: 'timeout', errMsg: 'cut' })
  host.clock.advance(500)
  send(host.last, { ...errorEvent({ message: 'late', status: 500 }), ...(lastEventId && { lastEventId }) })
  expect(heard).toMatchObject(expected)
})

test('an error behind the first event, or without a status, is handed on as it came', () => {
  const { host, heard } = eventsHost()
  const late = errorEvent({ message: 'late', status: 500 })
  send(host.last, { data: 'x' }, late)
  expect(heard).toMatchObject({ values: [{ data: 'x' }, late], error: undefined })
  const other = eventsHost()
  send(other.host.last, errorEvent({ message: 'no status' }))
  expect(other.heard.values).toHaveLength(1)
})
