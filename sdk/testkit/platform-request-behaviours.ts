import { expect } from 'vitest'
import type { HostChunk, HostFailure, Platform, RequestOptions, ResponseEnd, ResponseHead, Stop } from '../platform/platform.js'
import type { ByteServer } from './byte-server.js'
import type { PlatformBehaviour } from './platform-suite.js'

/** All that a request reported, in order. */
export interface RequestRecord {
  calls: ('head' | 'chunk' | 'end' | 'fail')[]
  head?: ResponseHead
  chunks: HostChunk[]
  end?: ResponseEnd
  failure?: HostFailure
  stop: Stop
  /** Resolves with the record at `onEnd` or `onFail`. */
  settled: Promise<RequestRecord>
  /** Resolves with the record at the first chunk. */
  started: Promise<RequestRecord>
}

/** Makes a request and writes down what it reports. */
export function recordRequest(platform: Platform, options: Partial<RequestOptions> & { url: string }): RequestRecord {
  const record = { calls: [], chunks: [] } as unknown as RequestRecord
  let settle = (_record: RequestRecord): void => {}
  let start = settle
  record.settled = new Promise((resolve) => (settle = resolve))
  record.started = new Promise((resolve) => (start = resolve))
  record.stop = platform.request(
    { method: 'GET', headers: {}, stream: true, ...options },
    {
      onHead: (head) => void (record.calls.push('head'), (record.head = head)),
      onChunk: (chunk) => void (record.calls.push('chunk'), record.chunks.push(chunk), start(record)),
      onEnd: (end) => void (record.calls.push('end'), (record.end = end), settle(record)),
      onFail: (failure) => void (record.calls.push('fail'), (record.failure = failure), settle(record)),
    },
  )
  return record
}

/** The body of a recorded request as text, whichever way the host gave it. */
export function bodyText({ chunks, end }: RequestRecord): string {
  const parts = [...chunks, ...(end?.body === undefined ? [] : [end.body])]
  if (parts.some((part) => typeof part === 'string')) return parts.join('')
  return Buffer.concat(parts.map((part) => new Uint8Array(part as ArrayBuffer))).toString('utf8')
}

/** How often a request reported its end. */
export function endings({ calls }: RequestRecord): number {
  return calls.filter((call) => call === 'end' || call === 'fail').length
}

const TEXT = 'data: 你好，舢板 🛶\n\ndata: second\n\n'

/** What every platform does with a request. */
export const REQUEST_BEHAVIOURS: readonly PlatformBehaviour[] = [
  {
    title: 'sends method, headers and body',
    async run(platform, server) {
      server.use({ chunks: ['ok'] })
      const body = '{"text":"你好"}'
      const headers = { 'content-type': 'application/json', 'x-run': '7' }
      await recordRequest(platform, { url: `${server.url}/echo?a=1`, method: 'POST', headers, body }).settled
      const seen = server.requests.at(-1)
      expect(seen).toMatchObject({ method: 'POST', path: '/echo?a=1', body })
      expect(seen?.headers).toMatchObject(headers)
    },
  },
  {
    title: 'hands over a stream in pieces while it is being sent',
    async run(platform, server) {
      server.use({ chunks: ['data: first\n\n', 'data: never\n\n'], faults: { hang: 13 } })
      const record = await recordRequest(platform, { url: server.url }).started
      expect(bodyText(record)).toBe('data: first\n\n')
      expect(endings(record)).toBe(0)
      record.stop()
    },
  },
  {
    title: 'loses and repeats nothing, wherever the bytes are cut',
    async run(platform, server) {
      for (const faults of [{}, { split: 1 }, { split: [1, 2, 3], delay: 1 }, { coalesce: true }]) {
        server.use({ chunks: [TEXT], faults })
        const record = await recordRequest(platform, { url: server.url }).settled
        expect(bodyText(record)).toBe(TEXT)
        expect(record.end?.body && record.chunks.length).toBeFalsy()
      }
    },
  },
  {
    title: 'tells status and headers before the body ends',
    async run(platform, server) {
      server.use({ chunks: ['a', 'b'], headers: { 'X-Log-Id': 'log-1' }, faults: { hang: 1 } })
      const record = await recordRequest(platform, { url: server.url }).started
      expect(record.calls).toEqual(['head', 'chunk'])
      expect(record.head).toMatchObject({ status: 200, headers: { 'x-log-id': 'log-1' } })
      record.stop()
    },
  },
  {
    title: 'takes every status for an answer, with its body',
    async run(platform, server) {
      for (const status of [400, 401, 404, 429, 500, 503]) {
        server.use({ status, chunks: ['{"error":"no"}'], headers: { 'content-type': 'application/json', 'retry-after': '3' } })
        for (const stream of [true, false]) {
          const record = await recordRequest(platform, { url: server.url, stream }).settled
          expect(record.end).toMatchObject({ status, headers: { 'retry-after': '3' } })
          expect(bodyText(record)).toBe('{"error":"no"}')
        }
      }
    },
  },
  {
    title: 'hands over a whole body once, as text',
    async run(platform, server) {
      server.use({ chunks: ['{"a":', '"值"}'], headers: { 'content-type': 'application/json' } })
      const record = await recordRequest(platform, { url: server.url, stream: false }).settled
      expect(record.chunks).toEqual([])
      expect(record.end?.body).toBe('{"a":"值"}')
    },
  },
  {
    title: 'hands over a whole body as bytes when asked',
    async run(platform, server) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      server.use({ chunks: [bytes], headers: { 'content-type': 'audio/mpeg' } })
      const record = await recordRequest(platform, { url: server.url, stream: false, binary: true }).settled
      expect(Buffer.from(record.end?.body as ArrayBuffer)).toEqual(Buffer.from(bytes))
    },
  },
  {
    title: 'ends an empty answer once, without a chunk',
    async run(platform, server) {
      server.use({ chunks: [] })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      expect(record.calls.filter((call) => call !== 'head')).toEqual(['end'])
      expect(record.end?.body ?? '').toHaveLength(0)
    },
  },
  {
    title: 'fails once where nobody listens',
    async run(platform, server) {
      server.use({ faults: { refuse: true } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      expect(record.calls).toEqual(['fail'])
      expect(record.failure?.errMsg).toBeTruthy()
    },
  },
  {
    title: 'fails once when the connection breaks in the middle',
    async run(platform, server) {
      server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { reset: 11, delay: 10 } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      expect([endings(record), record.calls.at(-1)]).toEqual([1, 'fail'])
    },
  },
  {
    title: 'fails with reason timeout when the total time is over',
    async run(platform, server) {
      server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { hang: 11 } })
      const record = await recordRequest(platform, { url: server.url, timeoutMs: 80 }).settled
      expect(record.failure?.reason).toBe('timeout')
      expect(endings(record)).toBe(1)
    },
  },
  {
    title: 'reports nothing after an abort, and takes a second abort',
    run: (platform, server) => abortedIsSilent(platform, server),
  },
  {
    title: 'closes the connection on abort',
    async run(platform, server) {
      server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { hang: 11 } })
      const before = server.closedSockets
      const record = await recordRequest(platform, { url: server.url }).started
      record.stop()
      await server.until(({ closedSockets }) => closedSockets === before + 1)
    },
  },
  {
    title: 'aborts before the first byte',
    async run(platform, server) {
      server.use({ chunks: ['late'], faults: { ttfb: 50 } })
      const record = recordRequest(platform, { url: server.url })
      record.stop()
      await rest(90)
      expect(record.calls).toEqual([])
    },
  },
  {
    title: 'keeps two requests apart',
    async run(platform, server) {
      server.use(({ path }) => ({ chunks: [path, path], faults: { delay: 3 } }))
      const records = ['/one', '/two'].map((path) => recordRequest(platform, { url: server.url + path, stream: false }))
      const [one, two] = await Promise.all(records.map(({ settled }) => settled))
      expect([bodyText(one!), bodyText(two!)]).toEqual(['/one/one', '/two/two'])
    },
  },
]

async function abortedIsSilent(platform: Platform, server: ByteServer): Promise<void> {
  server.use({ chunks: ['one', 'two', 'three', 'four'], faults: { delay: 15 } })
  const record = await recordRequest(platform, { url: server.url }).started
  const calls = [...record.calls]
  record.stop()
  record.stop()
  await rest(90)
  expect(record.calls).toEqual(calls)
}

function rest(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
