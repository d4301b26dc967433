import { deepEqual, equal, match, ok } from 'node:assert/strict'
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
      deepEqual([seen?.method, seen?.path, seen?.body], ['POST', '/echo?a=1', body])
      for (const [name, value] of Object.entries(headers)) equal(seen?.headers[name], value)
    },
  },
  {
    title: 'hands over a stream in pieces while it is being sent',
    about: 'stream',
    async run(platform, server) {
      server.use({ chunks: ['data: first\n\n', 'data: never\n\n'], faults: { hang: 13 } })
      const record = await recordRequest(platform, { url: server.url }).until((seen) => bodyText(seen) === 'data: first\n\n')
      equal(endings(record), 0)
      record.stop()
    },
  },
  {
    title: 'loses and repeats nothing, wherever the bytes are cut',
    about: 'stream',
    async run(platform, server) {
      for (const faults of [{}, { split: 1 }, { split: [1, 2, 3], delay: 1 }, { coalesce: true }]) {
        server.use({ chunks: [TEXT], faults })
        const record = await recordRequest(platform, { url: server.url }).settled
        equal(bodyText(record), TEXT)
        ok(!(record.end?.body && record.chunks.length), 'the body came twice: in pieces, and whole at the end')
      }
    },
  },
  {
    title: 'tells status and headers before the body ends',
    about: 'stream',
    async run(platform, server) {
      server.use({ chunks: ['a', 'b'], headers: { 'X-Log-Id': 'log-1' }, faults: { hang: 1 } })
      const record = await recordRequest(platform, { url: server.url }).until(({ head }) => head !== undefined)
      deepEqual([record.calls[0], endings(record)], ['head', 0])
      deepEqual([record.head?.status, record.head?.headers['x-log-id']], [200, 'log-1'])
      record.stop()
    },
  },
  {
    title: 'reports in order: a head at most, then pieces, then one end',
    async run(platform, server) {
      server.use({ chunks: ['a', 'b', 'c'], faults: { delay: 2 } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      match(record.calls.join(' '), /^(head )?(chunk )*end$/)
    },
  },
  {
    title: 'takes every status for an answer, with its body',
    async run(platform, server) {
      for (const status of [400, 401, 404, 429, 500, 503]) {
        server.use({ status, chunks: ['{"error":"no"}'], headers: { 'content-type': 'application/json', 'retry-after': '3' } })
        for (const stream of [true, false]) {
          const record = await recordRequest(platform, { url: server.url, stream }).settled
          deepEqual([record.end?.status, record.end?.headers['retry-after']], [status, '3'])
          equal(bodyText(record), '{"error":"no"}')
        }
      }
    },
  },
  {
    title: 'hands over a whole body once, as text',
    async run(platform, server) {
      server.use({ chunks: ['{"a":', '"值"}'], headers: { 'content-type': 'application/json' } })
      const record = await recordRequest(platform, { url: server.url, stream: false }).settled
      equal(record.chunks.length, 0)
      equal(record.end?.body, '{"a":"值"}')
    },
  },
  {
    title: 'hands over a whole body as bytes when asked',
    async run(platform, server) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      server.use({ chunks: [bytes], headers: { 'content-type': 'audio/mpeg' } })
      const record = await recordRequest(platform, { url: server.url, stream: false, binary: true }).settled
      deepEqual(Buffer.from(record.end?.body as ArrayBuffer), Buffer.from(bytes))
    },
  },
  {
    title: 'ends an empty answer once, without a chunk',
    async run(platform, server) {
      server.use({ chunks: [] })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      deepEqual(record.calls.filter((call) => call !== 'head'), ['end'])
      equal(bodyText(record), '')
    },
  },
  {
    title: 'fails once where nobody listens',
    async run(platform, server) {
      server.use({ faults: { refuse: true } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      deepEqual(record.calls, ['fail'])
      ok(record.failure?.errMsg, 'a failure says nothing')
    },
  },
  {
    title: 'fails once when the connection breaks in the middle',
    async run(platform, server) {
      server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { reset: 11, delay: 10 } })
      const record = await recordRequest(platform, { url: server.url }).settled
      await rest()
      deepEqual([endings(record), record.calls.at(-1)], [1, 'fail'])
    },
  },
  {
    title: 'fails with reason timeout when the total time is over',
    async run(platform, server) {
      server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { hang: 11 } })
      const record = await recordRequest(platform, { url: server.url, timeoutMs: 80 }).settled
      equal(record.failure?.reason, 'timeout')
      equal(endings(record), 1)
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
      deepEqual(record.calls, [])
    },
  },
  {
    title: 'takes an abort after the end for nothing',
    async run(platform, server) {
      server.use({ chunks: ['over'] })
      const record = await recordRequest(platform, { url: server.url }).settled
      record.stop()
      await rest()
      equal(endings(record), 1)
    },
  },
  {
    title: 'keeps two requests apart',
    async run(platform, server) {
      server.use(({ path }) => ({ chunks: [path, path], faults: { delay: 3 } }))
      const records = ['/one', '/two'].map((path) => recordRequest(platform, { url: server.url + path, stream: false }))
      const [one, two] = await Promise.all(records.map(({ settled }) => settled))
      // React Native puts a question mark behind every address it gets.
      deepEqual([one!, two!].map((record) => bodyText(record).replace(/\?/g, '')), ['/one/one', '/two/two'])
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
  deepEqual(record.calls, calls)
}

function rest(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
