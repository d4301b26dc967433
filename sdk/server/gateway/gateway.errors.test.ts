import { describe, expect, it, vi } from 'vitest'
import { PORTAL_PAGE } from '../../testkit/byte-faults.js'
import type { ByteReply } from '../../testkit/byte-server.js'
import { answer, delta, errorOf, finish, framesOf, manualProvider, parseFrames, providerKey, startClient, startRelay } from './__fixtures__/harness.js'
import { builtinProvider, openaiProvider, type Provider } from './index.js'

const json = { 'content-type': 'application/json' }
const refusal = (status: number, body: unknown, headers = {}): ByteReply => ({
  status, headers: { ...json, ...headers }, chunks: [typeof body === 'string' ? body : JSON.stringify(body)],
})
const asEvents = { headers: { 'x-sampan-errors': 'event' } }

describe('a provider that refuses', () => {
  it('is passed on with its status, message, type, code and waiting time', async () => {
    const error = { message: 'Slow down', type: 'requests', code: 'rate_limit_exceeded' }
    const { chat } = await startRelay(refusal(429, { error }, { 'retry-after': '7' }))
    const response = await chat()
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await errorOf(response)).toEqual({ ...error, requestId: response.headers.get('x-request-id') })
  })
  it('may tell the waiting time as a date', async () => {
    const { chat } = await startRelay(refusal(503, {}, { 'retry-after': new Date(Date.now() + 90_000).toUTCString() }))
    const seconds = Number((await chat()).headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(60)
    expect(seconds).toBeLessThanOrEqual(90)
  })
  it.each([
    ['a web page', PORTAL_PAGE, 'The model provider answered with an error (status 500).'],
    ['a text as error', { error: 'no such model' }, 'no such model'],
    ['fields at the top', { message: 'bad', code: 1301 }, 'bad'],
    ['a detail', { detail: 'not here' }, 'not here'],
    ['nothing', '', 'The model provider answered with an error (status 500).'],
  ])('is understood when it says %s', async (_, body, message) => {
    const { chat } = await startRelay(refusal(500, body))
    const response = await chat()
    expect(response.status).toBe(500)
    expect(await errorOf(response)).toMatchObject({ message, type: 'upstream_error' })
  })
  it('does not look like a refusal of the client when it is the gateway’s key that is refused', async () => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const { chat } = await startRelay(refusal(401, { error: { message: `Incorrect API key: ${providerKey}` } }), { onError })
    const response = await chat()
    expect(response.status).toBe(424)
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_unauthorized' })
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: expect.stringContaining('401') }), response.headers.get('x-request-id'))
  })
})

describe('a stream that is none', () => {
  it.each<[string, ByteReply, string]>([
    ['a web page', { faults: { html: true } }, 'upstream_not_a_stream'],
    ['JSON', refusal(200, { choices: [] }), 'upstream_not_a_stream'],
    ['nothing', {}, 'upstream_truncated'],
    ['comments only', { chunks: [': ping\n\n', ': ping\n\n'] }, 'upstream_truncated'],
    ['a web page that says it is a stream', { chunks: [PORTAL_PAGE] }, 'upstream_truncated'],
    ['events that are no JSON', { chunks: ['data: <html>\n\n'] }, 'upstream_malformed'],
    ['events that are no objects', { chunks: ['data: 7\n\n'] }, 'upstream_malformed'],
    ['a closed connection', { faults: { refuse: true } }, 'upstream_unreachable'],
  ])('is a 502 when the provider answers with %s', async (_, reply, code) => {
    const { chat } = await startRelay(reply, { onError() {} })
    const response = await chat()
    expect(response.status).toBe(502)
    expect(await errorOf(response)).toMatchObject({ code, type: 'upstream_error' })
  })
  it('is the provider’s error when its JSON tells one', async () => {
    const { chat } = await startRelay(refusal(200, { error: { message: 'quota', code: 'EXCEED_TOKEN_QUOTA_LIMIT' } }))
    const response = await chat()
    expect(response.status).toBe(502)
    expect(await errorOf(response)).toMatchObject({ message: 'quota', code: 'EXCEED_TOKEN_QUOTA_LIMIT' })
    const whole = await chat({ stream: false })
    expect(whole.status).toBe(502)
    expect(await errorOf(whole)).toMatchObject({ message: 'quota', requestId: whole.headers.get('x-request-id') })
  })
  it('is malformed when an answer that was to be JSON is not', async () => {
    const { chat } = await startRelay({ chunks: [PORTAL_PAGE] })
    const response = await chat({ stream: false })
    expect(response.status).toBe(502)
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_malformed' })
  })
  it('is unreachable when nobody listens', async () => {
    const { chat } = await startRelay({}, { onError() {}, providers: { gone: openaiProvider({ baseUrl: 'http://127.0.0.1:1', apiKey: providerKey, model: 'm' }) } })
    const error = await errorOf(await chat())
    expect(error).toMatchObject({ code: 'upstream_unreachable', message: expect.not.stringContaining('127.0.0.1') })
  })
})

describe('a stream that breaks', () => {
  const bytes = Buffer.byteLength(answer[0]!)
  it('ends with one error frame after what arrived, wherever it is cut or reset before its finish reason', async () => {
    const { chat, provider } = await startRelay({})
    const endOfText = Buffer.byteLength(answer.slice(0, 2).join(''))
    for (const kind of ['cut', 'reset'] as const) {
      for (let at = bytes; at <= endOfText; at += 7) {
        provider.use({ chunks: answer, faults: { [kind]: at } })
        const response = await chat()
        const last = response.status === 200 ? (await framesOf(response)).at(-1)! : undefined
        const error = last ? JSON.parse(last.data).error : await errorOf(response)
        expect(error, `${kind} at ${at}`).toMatchObject({ type: 'upstream_error', requestId: response.headers.get('x-request-id') })
        expect(last?.event ?? 'error').toBe('error')
      }
    }
  })
  it('says truncated, with the status that the response could not have', async () => {
    const { chat } = await startRelay({ chunks: answer, faults: { cut: bytes + 5 } })
    const response = await chat()
    expect(response.status).toBe(200)
    const frames = await framesOf(response)
    expect(frames).toHaveLength(2)
    expect(frames[1]).toMatchObject({ id: '2', event: 'error' })
    expect(JSON.parse(frames[1]!.data).error).toMatchObject({ code: 'upstream_truncated', status: 502, message: expect.any(String) })
  })
  it('turns an error inside a 200 stream into the one error frame, and shows nothing after it', async () => {
    const { chat, provider } = await startRelay({ chunks: [delta('a'), `data: {"error":{"message":"Overloaded","code":503}}\n\n`, delta('b'), finish] })
    const frames = await framesOf(await chat())
    expect(frames.map(({ event }) => event)).toEqual([undefined, 'error'])
    expect(JSON.parse(frames[1]!.data).error).toMatchObject({ message: 'Overloaded', code: '503', status: 503 })
    provider.use({ chunks: [delta('a'), 'event: error\ndata: {"message":"no"}\n\n'] })
    expect(await errorOf(await chat())).toMatchObject({ message: 'no', type: 'upstream_error', status: 502 })
    provider.use({ chunks: [delta('a'), finish, `data: {"error":{"message":"late"}}\n\n`] })
    expect(await errorOf(await chat())).toMatchObject({ message: 'late' })
  })
  it('closes the connection of a provider that goes on after its error, and tells of a key refused that late', async () => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const chunks = [delta('a'), `data: {"error":{"message":"no","code":401}}\n\n`]
    const { chat, provider } = await startRelay({ chunks, faults: { hang: 9999 } }, { onError })
    const response = await chat()
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_unauthorized' })
    await provider.until(({ closedSockets }) => closedSockets === 1)
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), response.headers.get('x-request-id'))
  })
  it('is malformed when a byte of an event is damaged', async () => {
    const { chat } = await startRelay({ chunks: answer, faults: { garble: 1 } })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_malformed' })
  })
  it('is malformed when one event never ends', async () => {
    const { chat } = await startRelay({ chunks: [delta('a'), ...Array.from({ length: 5 }, () => 'data: ' + 'x'.repeat(1024 * 1024))] })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_malformed' })
  })
  it('times out before the first byte, and between bytes', async () => {
    const slow = manualProvider()
    const { chat } = await startClient({ providers: { slow }, limits: { firstByteTimeoutMs: 20 } })
    const first = await chat()
    expect(first.status).toBe(504)
    expect(await errorOf(first)).toMatchObject({ code: 'upstream_timeout' })
    expect(slow.calls[0]!.signal.aborted).toBe(true)
    const silent = await startRelay({ chunks: [delta('a')], faults: { hang: 9999 } }, { limits: { idleTimeoutMs: 20 } })
    expect(await errorOf(await silent.chat())).toMatchObject({ code: 'upstream_timeout', status: 504 })
    await silent.provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('does not go on for ever on keep-alives alone', async () => {
    const ping = new TextEncoder().encode(': keep-alive\n\n')
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await new Promise(resolve => setImmediate(resolve))
      controller.enqueue(ping)
    }
    let signal: AbortSignal | undefined
    const complete: Provider['complete'] = async (_, given) => {
      signal = given
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } })
    }
    const providers = { endless: { defaultModel: 'm', secrets: [], complete } }
    const { chat } = await startClient({ providers, limits: { maxCompletionMs: 30 } })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_timeout' })
    expect(signal!.aborted).toBe(true)
  })
})

describe('errors as events', () => {
  it('come with status 200 to hosts that lose the body of an error', async () => {
    const { chat, post } = await startRelay(refusal(429, { error: { message: 'Slow down' } }, { 'retry-after': '7' }))
    const response = await chat({}, asEvents)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(await errorOf(response)).toMatchObject({ message: 'Slow down', status: 429, retryAfter: 7 })
    const unsigned = await post('/v1/chat/completions', {}, asEvents.headers)
    expect(unsigned.status).toBe(200)
    expect(await errorOf(unsigned)).toMatchObject({ code: 'token_missing', status: 401 })
    expect((await post('/v1/elsewhere', {}, asEvents.headers)).status).toBe(404)
  })
  it('have no number where they are a refusal: none is the first frame of a log that was read before', async () => {
    const { chat, post, gateway } = await startRelay({})
    const read = (path: string) => gateway.fetch(new Request(`http://gateway.test${path}`, { headers: { ...asEvents.headers, accept: 'text/event-stream' } }))
    const refused = [
      await post('/v1/chat/completions', {}, { ...asEvents.headers, 'last-event-id': '5', 'x-sampan-log-id': 'log-1' }),
      await chat({}, { headers: { ...asEvents.headers, 'x-sampan-log-id': '?' } }),
      await read('/v1/logs/log-1?after=5'),
    ]
    for (const response of refused) {
      const frames = parseFrames(await response.text()).filter(({ event }) => event !== 'ping')
      expect(frames).toEqual([{ event: 'error', data: expect.stringContaining('"status":4') }])
    }
  })
  it('come too when the provider was silent for longer than a heartbeat', async () => {
    const { chat } = await startRelay({ ...refusal(500, {}), faults: { ttfb: 60 } }, { heartbeatMs: 5 })
    const response = await chat()
    expect(response.status).toBe(200)
    expect(await errorOf(response)).toMatchObject({ status: 500 })
  })
})

describe('every error', () => {
  it('has one shape and a request id', async () => {
    const { gateway, post, chat } = await startClient({ providers: { builtin: builtinProvider({ paceMs: 0 }) } })
    const get = (path: string, method = 'GET') => gateway.fetch(new Request(`http://gateway.test${path}`, { method }))
    const answers: [Response, number, string][] = [
      [await get('/nowhere'), 404, 'not_found'],
      [await get('/v1/models', 'DELETE'), 405, 'method_not_allowed'],
      [await get('/v1/models'), 401, 'token_missing'],
      [await post('/v1/sign-in', 'no json'), 400, 'invalid_json'],
      [await post('/v1/sign-in', '[]'), 400, 'invalid_json'],
      [await post('/v1/sign-in', {}), 400, 'invalid_request'],
      [await post('/v1/chat/completions', {}), 401, 'token_missing'],
      [await chat({ model: 'nothing' }), 404, 'model_not_found'],
      [await chat({ model: 'constructor' }), 404, 'model_not_found'],
      [await chat({ model: 7 }), 400, 'invalid_request'],
      [await chat({ messages: [] }), 400, 'invalid_request'],
      [await chat({}, { headers: { 'x-sampan-log-id': 'a b' } }), 400, 'invalid_log_id'],
    ]
    for (const [response, status, code] of answers) {
      expect(response.status, code).toBe(status)
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toEqual({
        error: { message: expect.any(String), type: expect.any(String), code, requestId: response.headers.get('x-request-id') },
      })
    }
  })
  it('of the gateway itself says nothing but its id, and goes to whoever runs it', async () => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const fault = new Error('database password is hunter2')
    for (const thrown of [fault, 'a string', undefined]) {
      const { post } = await startClient({ onError, auth: { verifySignIn: async () => Promise.reject(thrown) } })
      const response = await post('/v1/sign-in', { host: 'wechat', code: 'c' })
      expect(response.status).toBe(500)
      const text = await response.text()
      expect(text).toContain('internal_error')
      expect(text).not.toContain('hunter2')
    }
    expect(onError.mock.calls.map(([error]) => error)).toEqual([fault, 'a string', expect.any(Error)])
  })
  it('is answered although whoever is told of it fails', async () => {
    const onError = () => { throw new Error('disk full') }
    const { chat, provider } = await startRelay(refusal(401, {}), { onError })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_unauthorized' })
    provider.use({ chunks: [delta('a'), 'data: {"error":{"code":401}}\n\n'] })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_unauthorized' })
  })
  it('is typed when a provider of one’s own throws at once, answers nothing or an odd status', async () => {
    const own = async (complete: Provider['complete']) => {
      const { chat } = await startClient({ onError() {}, providers: { own: { defaultModel: 'm', secrets: [], complete } } })
      return errorOf(await chat())
    }
    const thrower = () => { throw new Error('not a promise') }
    expect(await own(thrower)).toMatchObject({ code: 'upstream_unreachable' })
    expect(await own(async () => new Response(null, { status: 204 }))).toMatchObject({ code: 'upstream_not_a_stream' })
    expect(await own(async () => new Response(null, { status: 304 }))).toMatchObject({ code: 'upstream_error' })
  })
})
