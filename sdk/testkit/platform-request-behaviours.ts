import { expect } from 'vitest'
import type { Platform } from '../platform/platform.js'
import type { ByteServer } from './byte-server.js'
import type { PlatformBehaviour } from './platform-suite.js'
import { bodyText, endings, recordRequest, type RequestRecord } from './request-record.js'

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
      const record = await recordRequest(platform, { url: server.url }).until((seen) => bodyText(seen) === 'data: first\n\n')
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
      const record = await recordRequest(platform, { url: server.url }).until(({ head }) => head !== undefined)
      expect([record.calls[0], endings(record)]).toEqual(['head', 0])
      expect(record.head).toMatchObject({ status: 200, headers: { 'x-log-id': 'log-1' } })
      record.stop()
    },
  },
  {
    title: 'reports in order: a head at most, then pieces, then one end',
    async run(platform, server) {
      server.use({ chunks: ['a', 'b', 'c'], faults: { delay: 2 } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      expect(record.calls.join(' ')).toMatch(/^(head )?(chunk )*end$/)
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
      const record = recordRequest(platform, { url: server.url })
      await isUnderWay(record, server, 11)
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
    title: 'takes an abort after the end for nothing',
    async run(platform, server) {
      server.use({ chunks: ['over'] })
      const record = await recordRequest(platform, { url: server.url }).settled
      record.stop()
      await rest()
      expect(endings(record)).toBe(1)
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

/** Resolves once a piece was heard; of a host that hands over none before the end, once the server has sent so much. */
async function isUnderWay({ started }: RequestRecord, server: ByteServer, bytes: number): Promise<void> {
  const turn = server.requests.length
  await Promise.race([started, server.until(({ requests }) => (requests[turn]?.bytesSent ?? 0) >= bytes)])
}

async function abortedIsSilent(platform: Platform, server: ByteServer): Promise<void> {
  server.use({ chunks: ['one', 'two', 'three', 'four'], faults: { delay: 15 } })
  const record = recordRequest(platform, { url: server.url })
  await isUnderWay(record, server, 'onetwothree'.length)
  const calls = [...record.calls]
  record.stop()
  record.stop()
  await rest(90)
  expect(record.calls).toEqual(calls)
}

function rest(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
