import { describe, expect, test } from 'vitest'
import { BODY_EVENT, type Framing } from './body-reader.js'
import { ndjson } from './ndjson.js'
import { requestFrames } from './request-frames.js'
import { DEFAULT_TIMEOUTS } from './watchdog.js'
import { bytes, hear, send, watchedHost, type Heard, type WatchedHost } from './__fixtures__/watched-host.js'
import type { HostChunk, RequestHandlers, RequestOptions } from '../platform/platform.js'
import { frameText, type Frame } from '../protocol/frames.js'

function ask(host: WatchedHost, framing: Framing = 'sse'): Heard<Frame> {
  return hear(requestFrames(host, { url: 'https://a.example/x', method: 'POST', headers: {}, framing, timeouts: DEFAULT_TIMEOUTS, clock: host.clock }))
}
const texts = ({ values }: Heard<Frame>): string[] => values.map(frameText)

/** Plays one response: the pieces, then the end, which may hold a body. */
function respond(pieces: HostChunk[], { framing, head, body, host = watchedHost() }: { framing?: Framing; head?: Record<string, string>; body?: string | Uint8Array; host?: WatchedHost } = {}): Heard<Frame> {
  const heard = ask(host, framing)
  if (head) host.last.handlers.onHead!({ status: 200, headers: head })
  send(host.last, ...pieces)
  host.last.handlers.onEnd({ status: 200, headers: {}, body })
  return heard
}

const events = 'data: 你好\n\ndata: 🚣\n\n'

describe('the same frames come', () => {
  test.each<[string, () => Heard<Frame>]>([
    ['as bytes, one at a time', () => respond(Array.from(bytes(events), byte => Uint8Array.of(byte)))],
    ['as ArrayBuffers', () => respond([bytes(events).slice(0, 9).buffer, bytes(events).slice(9).buffer])],
    ['as text', () => respond(events.split(''))],
    ['as the host\'s own events', () => respond([{ data: '你好' }, { data: '🚣' }])],
    ['at the end, as bytes, on a host that only claims to stream', () => respond([], { body: bytes(events) })],
    ['at the end, as text', () => respond([], { body: events, host: watchedHost({ capabilities: { stream: 'none' } }) })],
    ['once, where the host gives the body again at the end', () => respond([bytes(events)], { body: bytes(events) })],
    ['after empty pieces', () => respond([new Uint8Array(0), ''], { body: bytes(events) })],
  ])('%s', (_, play) => {
    const heard = play()
    expect(texts(heard)).toEqual(['你好', '🚣'])
    expect(heard.isEnded).toBe(true)
  })
  test('with the host\'s own decoder, which is told of the end', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let ends = 0
    const host = watchedHost()
    host.createTextDecoder = () => ({ decode: piece => (piece ? decoder.decode(piece, { stream: true }) : (ends++, decoder.decode())) })
    const heard = respond(Array.from(bytes(events), byte => Uint8Array.of(byte)), { host })
    expect([texts(heard), heard.values[0]!.encoded, ends]).toEqual([['你好', '🚣'], false, 1])
  })
})

describe('a host is asked', () => {
  test('to stream where it can, and not for a body', () => {
    const streams = (stream: 'bytes' | 'text' | 'none', framing: Framing): boolean => {
      const host = watchedHost({ capabilities: { stream } })
      ask(host, framing)
      return host.last.options.stream
    }
    expect([streams('bytes', 'sse'), streams('text', ndjson), streams('none', 'sse'), streams('bytes', 'body')]).toEqual([true, true, false, false])
  })
  test('for an event source where that is how it streams', () => {
    const host = watchedHost({ capabilities: { stream: 'events' } })
    const sources: { options: RequestOptions; handlers: RequestHandlers }[] = []
    let closed = 0
    host.openEventSource = (options, handlers) => (sources.push({ options, handlers }), () => void closed++)
    const heard = ask(host)
    sources[0]!.handlers.onChunk!({ data: 'a', event: 'e', lastEventId: '7' })
    heard.leave()
    expect(heard.values).toEqual([{ data: 'a', event: 'e', id: '7', encoded: false }])
    expect([host.requests.length, closed]).toEqual([0, 1])
    ask(host, 'body')
    expect(host.requests).toHaveLength(1)
  })
})

describe('what a body is', () => {
  const json = '{"error":{"message":"没钱了"}}'
  const whole = (data: string): Partial<Frame> => ({ data, event: BODY_EVENT, encoded: false })

  test.each<[string, HostChunk[], Record<string, string> | undefined]>([
    ['where the type says so', [bytes(json)], { 'content-type': 'application/json' }],
    ['where the type says it is a stream', [bytes(json)], { 'content-type': 'text/event-stream' }],
    ['where nothing is said', [bytes(json)], undefined],
    ['in pieces', Array.from(bytes(json), byte => Uint8Array.of(byte)), undefined],
    ['after blank lines that kept the connection alive', ['\n', '\n\n', json], undefined],
    ['after a byte order mark that came in pieces', [Uint8Array.of(0xef), Uint8Array.of(0xbb), Uint8Array.of(0xbf), bytes(json)], undefined],
    ['after a byte order mark in text', ['\uFEFF' + json], undefined],
  ])('is JSON %s', (_, pieces, head) => {
    expect(respond(pieces, { head }).values).toMatchObject([whole(json)])
  })
  test('is a stream, whatever the type says, when it starts like one', () => {
    for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
      expect(texts(respond([bytes(': hi\n\ndata: a\n\n')], { head: { 'content-type': type } }))).toEqual(['a'])
    }
  })
  test('is a stream after a byte order mark and blank lines', () => {
    expect(texts(respond([Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), bytes('\r\n\n'), bytes('data: a\n\n')]))).toEqual(['a'])
  })
  test('is lines, also when the first is an object', () => {
    expect(texts(respond([bytes('{"a":1}\n{"b"'), bytes(':2}')], { framing: ndjson }))).toEqual(['{"a":1}', '{"b":2}'])
  })
  test('is itself where no stream was asked for, also when it is empty', () => {
    expect(respond([], { framing: 'body', body: 'plain' }).values).toMatchObject([whole('plain')])
    expect(respond([], { framing: 'body' }).values).toMatchObject([whole('')])
  })
  test('is nothing, and ends, when it is empty or holds comments only', () => {
    for (const pieces of [[], ['\n\n'], [': ping\n\n: ping\n\n']]) expect(respond(pieces)).toMatchObject({ values: [], isEnded: true })
  })
  test.each([
    ['a web page', '<!doctype html><title>Portal</title>', {}, 'web page'],
    ['a web page that claims to be a stream', '<html>', { 'content-type': 'text/event-stream' }, 'web page'],
    ['text that claims to be a web page', 'Please sign in', { 'content-type': 'text/html' }, 'Please sign in'],
    ['plain text', 'upstream connect error', { 'content-type': 'text/plain' }, 'upstream connect error'],
    ['garbage', '\u001f\u008b\b\u0000', {}, ''],
  ])('is no stream when it is %s', (_, body, head, message) => {
    const { error, values } = respond([bytes(body)], { head })
    expect(error).toMatchObject({ code: 'transport/not-a-stream', retryable: false, details: { status: 200 } })
    expect(error!.message).toContain(message)
    expect(values).toEqual([])
  })
  test('is a stream that was cut wherever its first event may have been', () => {
    for (const whole of ['data: {"a":1}\n', 'event: x\ndata: 1\n', 'id: 1\nda', 'retry: 5\n', ': comment\ndata']) {
      for (let length = 0; length <= whole.length; length++) expect(respond([bytes(whole.slice(0, length))])).toMatchObject({ values: [], isEnded: true })
    }
  })
})

describe('memory', () => {
  test.each<[string, Framing, string]>([
    ['a line', 'sse', 'data: xxxxxxxxx'],
    ['a line of JSON', ndjson, '{"a":"xxxxxxxx'],
    ['an event of many lines', 'sse', 'data: xxxxxxxx\n'],
    ['a body', 'sse', '{"a":"xxxxxxxx'],
  ])('is bounded when %s has no end', (_, framing, start) => {
    const host = watchedHost()
    const heard = ask(host, framing)
    const piece = start.endsWith('\n') ? start.repeat(4000) : start + 'x'.repeat(64_000)
    let sent = 0
    while (!heard.error && sent < 300) {
      host.last.handlers.onChunk!(bytes(sent++ && !start.endsWith('\n') ? 'x'.repeat(64_000) : piece))
    }
    expect(heard.error).toMatchObject({ code: 'transport/too-large', details: { phase: 'stream' } })
    expect(sent).toBeLessThan(130)
    expect([host.last.isAborted, host.clock.pending]).toEqual([true, 0])
  })
  test('is not asked of a piece that is neither bytes nor text', () => {
    const heard = respond([bytes('data: a\n\n'), 7 as unknown as string, bytes('data: b\n\n')])
    expect(heard).toMatchObject({ values: [{ data: 'a' }], error: { code: 'protocol/malformed', details: { phase: 'stream' } } })
  })
})
