import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openai } from './openai.js'
import { nodePlatform } from '../../../adapters/node/index.js'
import type { ModelEvent } from '../../contracts.js'
import { createRunContext } from '../../context/run-context.js'
import type { SampanError } from '../../errors.js'
import { startByteServer, type ByteReply, type ByteServer } from '../../testkit/byte-server.js'
import { connect } from '../../transport/connect.js'
import type { Timeouts } from '../../transport/watchdog.js'

// Everything a server can do wrong, over a real socket: one typed error each, and what had come stays.

const documented = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8').match(/(?<=^### `)[^`]+/gm)!

let server: ByteServer
beforeAll(async () => {
  server = await startByteServer()
})
afterAll(() => server.close())

const event = (choice: object): string => 'data: ' + JSON.stringify({ id: 'c', choices: [{ index: 0, ...choice }] }) + '\n\n'
const call = (fields: object): string => event({ delta: { tool_calls: [{ index: 0, ...fields }] } })
const good = [
  event({ delta: { content: '你好' } }),
  event({ delta: { content: '，世界' } }),
  call({ id: 'a', function: { name: 'w', arguments: '{"城市":' } }),
  call({ function: { arguments: '"北京"}' } }),
  event({ delta: {}, finish_reason: 'tool_calls' }),
  'data: [DONE]\n\n',
]
/** Bytes up to the first place of a text, and into it. */
const upTo = (text: string, into = 0): number => Buffer.byteLength(good.join('').slice(0, good.join('').indexOf(text))) + into

interface Outcome { text: string; args: string; ends: string[]; error?: SampanError }

async function ask(url: string, timeouts: Partial<Timeouts> = {}): Promise<Outcome> {
  const model = openai({ connection: connect({ platform: nodePlatform(), url, signIn: false, timeouts }), model: 'm' })
  const events: ModelEvent[] = []
  await new Promise<void>(resolve => model({ messages: [{ id: '1', role: 'user', content: 'hi' }] }, createRunContext()).subscribe({ next: each => events.push(each), complete: resolve }))
  const joined = (type: 'text-delta' | 'tool-call-delta'): string => events.map(each => (each.type === type ? each.delta : '')).join('')
  const ends = events.map(({ type }) => type).filter(type => type === 'finish' || type === 'error')
  const last = events[events.length - 1]
  return { text: joined('text-delta'), args: joined('tool-call-delta'), ends, error: last?.type === 'error' ? last.error : undefined }
}

function answer(reply: ByteReply, timeouts?: Partial<Timeouts>): Promise<Outcome> {
  server.use({ chunks: good, ...reply })
  return ask(server.url, timeouts)
}

function expectError({ error, ends }: Outcome, code: string): void {
  expect(error?.code).toBe(code)
  expect(documented).toContain(code)
  expect(ends).toEqual(['error'])
}

test('the good answer is read, also in single bytes', async () => {
  expect(await answer({ faults: { split: 1 } })).toEqual({ text: '你好，世界', args: '{"城市":"北京"}', ends: ['finish'], error: undefined })
})

describe.each(['cut', 'reset'] as const)('an answer that is %s', fault => {
  const code = fault === 'cut' ? 'transport/truncated' : 'transport/failed'
  test.each<[string, number, string, string]>([
    ['before anything', 0, '', ''],
    ['inside the name of a field', 3, '', ''],
    ['inside a character', upTo('世界', 1), '你好', ''],
    ['inside an event', upTo('"content":"，'), '你好', ''],
    ['between the lines of an event\'s end', upTo('\n\ndata: {"id":"c","choices":[{"index":0,"delta":{"content":"，', 1), '', ''],
    ['inside a tool call', upTo('北京', 2), '你好，世界', '{"城市":'],
    ['after the arguments, before the end was announced', upTo('"finish_reason"'), '你好，世界', '{"城市":"北京"}'],
  ])('%s keeps what had come', async (_, at, text, args) => {
    const outcome = await answer({ faults: { [fault]: at } })
    expectError(outcome, code)
    expect(outcome).toMatchObject({ text, args, error: { retryable: true } })
  })
  test('after the end was announced is whole', async () => {
    expect(await answer({ faults: { [fault]: upTo('data: [DONE]') } })).toMatchObject({ ends: ['finish'], args: '{"城市":"北京"}' })
  })
})

describe('an answer that is something else', () => {
  test.each<[string, ByteReply, string, string]>([
    ['a web page with status 200', { faults: { html: true } }, 'transport/not-a-stream', 'web page'],
    ['a web page that claims to be a stream', { chunks: ['<html><body>Sign in</body></html>'] }, 'transport/not-a-stream', 'web page'],
    ['plain text', { chunks: ['no healthy upstream'], headers: { 'content-type': 'text/plain' } }, 'transport/not-a-stream', 'no healthy upstream'],
    ['garbage', { chunks: [Uint8Array.of(0x1f, 0x8b, 8, 0, 255, 254, 10, 10, 0)] }, 'transport/not-a-stream', ''],
    ['empty', { chunks: [] }, 'transport/truncated', 'closed'],
    ['comments only', { chunks: [': ping\n\n', ': ping\n\n'] }, 'transport/truncated', 'closed'],
    ['JSON of another kind', { chunks: ['{"status":"ok"}'], headers: { 'content-type': 'application/json' } }, 'transport/not-a-stream', '{"status":"ok"}'],
    ['JSON that is cut', { chunks: ['{"choices":[{"mess'] }, 'protocol/malformed', '{"choices"'],
    ['an error with status 200', { chunks: ['{"error":{"message":"余额', '不足","code":"arrears"}}'] }, 'endpoint/provider-error', '余额不足'],
    ['an error in a list', { chunks: ['[{"error":{"message":"bad key","code":400}}]'] }, 'endpoint/provider-error', 'bad key'],
    ['a redirect to nowhere', { status: 302, headers: { location: '/elsewhere' } }, 'transport/failed', 'redirects'],
    ['a status that is no success', { status: 304, chunks: [] }, 'transport/http', '304'],
  ])('%s', async (_, reply, code, message) => {
    const outcome = await answer(reply)
    expectError(outcome, code)
    expect(outcome.error!.message).toContain(message)
    expect(outcome.text).toBe('')
  })
  test('is a whole answer where a server does not stream', async () => {
    const message = { content: '整', tool_calls: [{ id: 'a', function: { name: 'w', arguments: '{}' } }] }
    expect(await answer({ chunks: [JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls' }] })] })).toMatchObject({ text: '整', args: '{}', ends: ['finish'] })
  })
  test('is the stream all the same when only the content type is wrong', async () => {
    expect(await answer({ headers: { 'content-type': 'application/json' } })).toMatchObject({ text: '你好，世界', ends: ['finish'] })
  })
})

describe('garbage in the middle', () => {
  test('of an event keeps what had come', async () => {
    const outcome = await answer({ faults: { garble: 1 } })
    expectError(outcome, 'protocol/malformed')
    expect(outcome.text).toBe('你好')
  })
  test('of a line without end is given up, without holding more than a few megabytes', async () => {
    const line = Array.from({ length: 100 }, () => 'x'.repeat(64 * 1024))
    const outcome = await answer({ chunks: [good[0]!, 'data: ', ...line], faults: { hang: 1e9 } })
    expectError(outcome, 'transport/too-large')
    expect(outcome.text).toBe('你好')
  })
  test('that is an error of the provider keeps what had come', async () => {
    const told = 'data: ' + JSON.stringify({ error: { message: 'overloaded', type: 'server_error' } }) + '\n\n'
    const outcome = await answer({ chunks: [good[0]!, told, good[1]!] })
    expectError(outcome, 'endpoint/provider-error')
    expect(outcome).toMatchObject({ text: '你好', error: { message: 'overloaded', retryable: true, details: { providerCode: 'server_error' } } })
  })
})

describe('an error status', () => {
  const body = JSON.stringify({ error: { message: 'no', code: 'c' } })
  test.each([
    [400, 'transport/http'], [401, 'transport/unauthorized'], [403, 'transport/unauthorized'], [404, 'transport/http'],
    [429, 'transport/rate-limited'], [500, 'transport/server'], [502, 'transport/server'], [503, 'transport/server'],
  ])('%i is typed, with a body and without', async (status, code) => {
    const headers = { 'x-request-id': 'req-7', 'content-type': 'application/json' }
    for (const chunks of [[body], [], ['<html>']]) {
      const outcome = await answer({ status, chunks, headers, faults: { retryAfter: 3 } })
      expectError(outcome, code)
      expect(outcome.error).toMatchObject({
        message: chunks[0] === body ? `HTTP ${status}: no` : `HTTP ${status}`,
        details: { status, requestId: 'req-7', retryAfterMs: 3000, providerCode: chunks[0] === body ? 'c' : undefined },
      })
    }
  })
})

describe('a connection that fails', () => {
  test('because nobody listens', async () => {
    const gone = await startByteServer()
    await gone.close()
    expectError(await ask(gone.url), 'transport/failed')
  })
  test('because it is closed without an answer', async () => {
    expectError(await answer({ faults: { refuse: true } }), 'transport/failed')
  })
  test('because the name is not known, which is being offline', async () => {
    // Too long for a name: no server of names is asked, whose answer may take its time.
    expectError(await ask(`http://${'x'.repeat(64)}.invalid`), 'transport/offline')
  })
  test('because it is not secure', async () => {
    const outcome = await ask(server.url.replace('http:', 'https:'))
    expectError(outcome, 'transport/tls')
    expect(outcome.error!.retryable).toBe(false)
  })
})

describe('a server that is slow', () => {
  test.each<[string, ByteReply, Partial<Timeouts>, string, string]>([
    ['to answer', { faults: { ttfb: 1000 } }, { connectMs: 40 }, 'connect', ''],
    ['to send the first byte', { faults: { hang: 0 } }, { firstByteMs: 40 }, 'first-byte', ''],
    ['in the middle', { faults: { hang: upTo('，世界') } }, { idleMs: 40 }, 'stream', '你好'],
    // Long enough for what was sent to come first, on a busy machine too.
    ['on the whole', { faults: { hang: upTo('，世界') } }, { totalMs: 2000, idleMs: 0 }, 'total', '你好'],
  ])('%s is given up, and its socket closed', async (_, reply, timeouts, phase, text) => {
    const before = server.closedSockets
    const outcome = await answer(reply, timeouts)
    expectError(outcome, 'transport/timeout')
    expect(outcome).toMatchObject({ text, error: { retryable: true, details: { phase } } })
    await server.until(({ closedSockets }) => closedSockets > before)
  })
})

test('leaving closes the socket while the server is still sending', async () => {
  server.use({ chunks: good, faults: { hang: upTo('，世界') } })
  const before = server.closedSockets
  const model = openai({ connection: connect({ platform: nodePlatform(), url: server.url, signIn: false }), model: 'm' })
  await new Promise<void>(resolve => {
    const subscription = model({ messages: [] }, createRunContext()).subscribe(() => {
      subscription.unsubscribe()
      resolve()
    })
  })
  await server.until(({ closedSockets }) => closedSockets > before)
})
