import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import type { Platform, StreamKind } from '../../platform/index.js'
import type { Frame } from '../../protocol/index.js'
import { connect, type Connection, socketRung } from '../../transport/index.js'
import { type ByteHandler, startByteServer } from '../../testkit/byte-server.js'
import { openWsSocket } from '../../testkit/ws-socket.js'
import { answer, delta, done, finish, providerKey, until } from './__fixtures__/harness.js'
import { openaiProvider, serveGateway, type ServeOptions } from './index.js'

// The client's ways to a stream, against the gateway itself.

type Way = 'stream' | 'text' | 'socket' | 'poll'
const ways: Way[] = ['stream', 'text', 'socket', 'poll']
const body = { model: 'default', messages: [{ role: 'user', content: 'hi' }], stream: true }

interface Phone { connection: Connection; paths: string[]; sockets: number }

/** A phone that takes this way. Phones with the same token are of the same user. */
function phone(way: Way, url: string, token?: string): Phone {
  const node = nodePlatform()
  const kinds: Record<Way, StreamKind> = { stream: 'bytes', text: 'text', socket: 'none', poll: 'none' }
  const seen: Omit<Phone, 'connection'> = { paths: [], sockets: 0 }
  const platform: Platform = {
    ...node,
    capabilities: { ...node.capabilities, stream: kinds[way] },
    request(options, handlers) {
      seen.paths.push(new URL(options.url).pathname)
      if (way !== 'text' || !options.stream) return node.request(options, handlers)
      // Such a host decodes each byte it gets on its own: as bad as it can be.
      const onChunk: typeof handlers.onChunk = chunk => [...(chunk as Uint8Array)].forEach(byte => handlers.onChunk?.(new TextDecoder().decode(Uint8Array.of(byte))))
      return node.request(options, { ...handlers, onChunk })
    },
    // Newer Node has a socket of its own.
    openSocket: way !== 'socket' ? undefined : (...given: Parameters<typeof openWsSocket>) => {
      seen.sockets += 1
      return openWsSocket(...given)
    },
  }
  const connection = connect({ platform, url, socket: socketRung, ...(token && { getToken: () => token }) })
  return Object.assign(seen, { connection })
}

async function start(handler: ByteHandler, options: ServeOptions = {}) {
  const provider = await startByteServer(handler)
  const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
  const gateway = await serveGateway({ providers: { main }, logs: { gatherMs: 20 }, ...options })
  onTestFinished(async () => {
    await gateway.close()
    await provider.close()
  })
  const signedIn = await fetch(`${gateway.url}/v1/sign-in`, { method: 'POST', body: '{"host":"web","guest":"g"}' })
  const { token } = (await signedIn.json()) as { token: string }
  return { provider, url: gateway.url, token }
}

const read = (phoned: Phone, logId: string, onFrame?: (frame: Frame) => void): Promise<Frame[]> =>
  new Promise((resolve, reject) => {
    const frames: Frame[] = []
    phoned.connection.open({ path: '/v1/chat/completions', body, logId }).subscribe({
      next(frame) {
        frames.push(frame)
        onFrame?.(frame)
      },
      error: reject,
      complete: () => resolve(frames),
    })
  })

describe.each(ways)('by %s', way => {
  it('come the frames the provider sent, numbered, asked for once', async () => {
    const { provider, url } = await start({ chunks: answer })
    const client = phone(way, url)
    const frames = await read(client, 'a')
    expect(frames.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5'])
    expect(frames.map(({ data, encoded }) => (encoded ? Buffer.from(data, 'latin1').toString('utf8') : data)).map(data => (data.startsWith('{') ? JSON.parse(data) : data))).toEqual(
      answer.map(text => text.slice(6).trim()).map(data => (data.startsWith('{') ? JSON.parse(data) : data)),
    )
    expect(client.sockets).toBe(way === 'socket' ? 1 : 0)
    expect(client.paths.some(path => path.startsWith('/v1/logs/'))).toBe(way === 'poll')
    expect(provider.requests).toHaveLength(1)
  })
  it('a request sent twice by one user is one completion', async () => {
    const { provider, url, token } = await start({ chunks: answer })
    const [first, second] = await Promise.all([1, 2].map(() => read(phone(way, url, token), 'a')))
    expect(second).toEqual(first)
    expect(await read(phone(way, url, token), 'a')).toEqual(first)
    expect(provider.requests).toHaveLength(1)
    expect(await read(phone(way, url), 'a')).toEqual(first)
    expect(provider.requests).toHaveLength(2)
  })
  it('a completion goes on when the phone is gone, and is read to its end by the next', async () => {
    const { provider, url, token } = await start({ chunks: [delta('one'), delta('two')], faults: { hang: 9999 } })
    let left = (): void => {}
    const gone = new Promise<void>(resolve => (left = resolve))
    const subscription = phone(way, url, token).connection.open({ path: '/v1/chat/completions', body, logId: 'a', cancel: { isCancelled: false } }).subscribe(() => setTimeout(left, 0))
    await gone
    subscription.unsubscribe()
    const heard: Frame[] = []
    const next = phone(way, url, token).connection.open({ path: '/v1/chat/completions', body, logId: 'a' }).subscribe(frame => heard.push(frame))
    await until(() => heard.length === 2)
    expect(provider.closedSockets).toBe(0)
    next.unsubscribe()
    await provider.until(({ closedSockets }) => closedSockets === 1)
    expect(provider.requests).toHaveLength(1)
  })
  it('each frame comes before the next is sent', async () => {
    const { provider, url } = await start({ chunks: [delta('first')], faults: { hang: 9999 } })
    const heard: string[] = []
    const subscription = phone(way, url).connection.open({ path: '/v1/chat/completions', body, logId: 'a' }).subscribe({ next: ({ data }) => heard.push(data), error() {} })
    await until(() => heard.length === 1)
    expect(provider.closedSockets).toBe(0)
    subscription.unsubscribe()
    await provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('a refusal is the same error', async () => {
    const { url } = await start({ status: 429, headers: { 'retry-after': '7' }, chunks: ['{"error":{"message":"slow down","code":"rate_limited"}}'] })
    await expect(read(phone(way, url), 'a')).rejects.toMatchObject({
      code: 'transport/rate-limited',
      message: 'HTTP 429: slow down',
      details: { status: 429, retryAfterMs: 7000, providerCode: 'rate_limited' },
    })
  })
  it('an error in the middle is the last frame', async () => {
    const { url } = await start({ chunks: [delta('one')], faults: {} })
    const frames = await read(phone(way, url), 'a')
    expect(frames.at(-1)).toMatchObject({ event: 'error', id: '2' })
    expect(frames.at(-1)!.data).toContain('upstream_truncated')
  })
})

it('one socket carries several streams', async () => {
  const { provider, url } = await start({ chunks: [delta('a'), finish, done] })
  const client = phone('socket', url)
  const all = await Promise.all(['a', 'b', 'c'].map(id => read(client, id)))
  expect(all.map(frames => frames.length)).toEqual([3, 3, 3])
  expect(client.sockets).toBe(1)
  expect(provider.requests).toHaveLength(3)
})
