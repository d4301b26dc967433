import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { SocketCommand, SocketReply } from '../../protocol/index.js'
import { delta, done, finish, manualProvider, until } from './__fixtures__/harness.js'
import { answerOf, say } from './__fixtures__/log-client.js'
import { serveGateway, type ServeOptions } from './index.js'

const body = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true })

/** A gateway that listens, and sockets to it. */
async function serve(options: ServeOptions = {}) {
  const provider = manualProvider()
  const served = await serveGateway({ providers: { manual: provider }, logs: { gatherMs: 20 }, ...options })
  onTestFinished(() => served.close())
  const tokenOf = async (guest: string): Promise<string> => {
    const response = await fetch(`${served.url}/v1/sign-in`, { method: 'POST', body: JSON.stringify({ host: 'web', guest }) })
    return ((await response.json()) as { token: string }).token
  }
  const authorization = `Bearer ${await tokenOf('g')}`
  const open = async () => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}/v1/socket`)
    onTestFinished(() => socket.terminate())
    const replies: SocketReply[] = []
    let closedWith: number | undefined
    socket.on('message', data => replies.push(JSON.parse(String(data)) as SocketReply))
    socket.on('close', code => (closedWith = code))
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('open', resolve))
    const command = (given: SocketCommand): void => socket.send(JSON.stringify(given))
    return {
      socket,
      replies,
      get closedWith() {
        return closedWith
      },
      command,
      send: (id: string, more: Partial<Extract<SocketCommand, { type: 'send' }>> = {}) => command({ type: 'send', id, path: '/v1/chat/completions', headers: { authorization }, body, ...more }),
      resume: (id: string, after: number, headers: Record<string, string> = { authorization }) => command({ type: 'resume', id, after, headers }),
      abort: (id: string) => command({ type: 'abort', id }),
      of: (id: string) => replies.filter(reply => reply.id === id),
      seqs: (id: string) => replies.flatMap(reply => (reply.id === id && reply.type === 'frame' ? [reply.seq] : [])),
      until: (type: SocketReply['type'], id = 'a') => until(() => replies.some(reply => reply.id === id && reply.type === type)),
    }
  }
  return { ...served, provider, authorization, tokenOf, open }
}

describe('a socket', () => {
  it('carries a stream from its start to its end', async () => {
    const { provider, open } = await serve()
    const client = await open()
    client.send('a')
    await say(provider, 1, delta('你好'))
    await client.until('frame')
    provider.send(finish + done)
    await client.until('end')
    expect(client.replies).toMatchObject([
      { type: 'start', id: 'a', status: 200, headers: { 'x-sampan-log-id': 'a' } },
      { type: 'frame', id: 'a', seq: 1, data: delta('你好').trim().slice(6) },
      { type: 'frame', id: 'a', seq: 2 },
      { type: 'frame', id: 'a', seq: 3, data: '[DONE]' },
      { type: 'end', id: 'a' },
    ])
  })
  it('resumes from any place, and says so where there is none', async () => {
    const { provider, open } = await serve()
    const client = await open()
    client.send('a')
    await say(provider, 1, ...answerOf(3))
    await client.until('end')
    for (let after = 0; after <= 5; after++) {
      const again = await open()
      again.resume('a', after)
      await again.until('end')
      expect(again.replies.filter(({ type }) => type === 'frame')).toEqual(client.replies.filter(reply => reply.type === 'frame' && reply.seq > after))
    }
    client.resume('none', 0)
    await client.until('none-active', 'none')
    client.resume('a', 9)
    await client.until('error')
    expect(client.of('a').at(-1)).toMatchObject({ type: 'error', status: 410 })
    expect(provider.calls).toHaveLength(1)
  })
  it('carries several streams at once, of which each is cancelled by itself', async () => {
    const provider = manualProvider()
    const { open } = await serve({ providers: { manual: provider } })
    const client = await open()
    client.send('a')
    await say(provider, 1, delta('a'))
    await client.until('frame', 'a')
    client.send('b')
    await say(provider, 2, delta('b'))
    await client.until('frame', 'b')
    client.abort('a')
    client.abort('unknown')
    await until(() => provider.calls[0]!.signal.aborted)
    expect(provider.calls[1]!.signal.aborted).toBe(false)
    provider.send(finish + done)
    await client.until('end', 'b')
    expect(client.seqs('a')).toEqual([1])
  })
  it('cancels before the first frame, and while the request is still read', async () => {
    const { provider, open } = await serve()
    const client = await open()
    client.send('a')
    client.abort('a')
    client.send('b')
    await until(() => provider.calls.length > 0 && provider.calls.filter(({ signal }) => !signal.aborted).length === 1)
    client.send('c')
    await until(() => provider.calls.filter(({ signal }) => !signal.aborted).length === 2)
    client.abort('c')
    await until(() => provider.calls.filter(({ signal }) => !signal.aborted).length === 1)
    client.resume('a', 0)
    await client.until('end', 'a')
    const last = client.of('a').filter(reply => reply.type === 'frame').at(-1)!
    expect(JSON.parse(last.data).error.code).toBe('cancelled')
    expect(client.of('b')).toEqual([])
  })
  it('that breaks does not end its streams: another goes on where it stood', async () => {
    const { provider, open } = await serve()
    const first = await open()
    first.send('a')
    await say(provider, 1, delta('one'))
    await first.until('frame')
    first.socket.terminate()
    const second = await open()
    second.resume('a', 1)
    provider.send(delta('two') + finish + done)
    await second.until('end')
    expect(second.seqs('a')).toEqual([2, 3, 4])
    expect(provider.calls).toHaveLength(1)
  })
  it('that breaks for good leaves its streams to the grace period', async () => {
    const { provider, open } = await serve({ logs: { graceMs: 30 } })
    const client = await open()
    client.send('a')
    await say(provider, 1, delta('one'))
    await client.until('frame')
    client.socket.terminate()
    await until(() => provider.calls[0]!.signal.aborted)
  })
  it('joins a stream that runs, also its own', async () => {
    const { provider, open } = await serve()
    const [first, second] = [await open(), await open()]
    first.send('a')
    await say(provider, 1, delta('one'))
    await first.until('frame')
    second.send('a')
    first.send('a')
    await second.until('frame')
    provider.send(finish + done)
    await Promise.all([first.until('end'), second.until('end')])
    expect(first.seqs('a').slice(1)).toEqual([1, 2, 3])
    expect(second.seqs('a')).toEqual([1, 2, 3])
    expect(first.of('a').filter(({ type }) => type === 'end')).toHaveLength(1)
    expect(provider.calls).toHaveLength(1)
  })
  it.each<['resume' | 'abort']>([['resume'], ['abort']])('that is left before it has begun, by %s, brings nobody down: that its log is not there is nobody’s to hear', async way => {
    const unheard: unknown[] = []
    const note = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const client = await (await serve()).open()
    client.resume('gone', 0)
    client[way]('gone', 0)
    client.resume('other', 0)
    await client.until('none-active', 'other')
    await new Promise(resolve => setImmediate(resolve))
    expect(unheard).toEqual([])
  })
  it('gives a sign of life while nothing comes, which is no frame', async () => {
    const { provider, open } = await serve({ heartbeatMs: 20 })
    const client = await open()
    client.send('a')
    await until(() => client.seqs('a').length > 1)
    expect(client.replies.slice(0, 2)).toMatchObject([{ type: 'start' }, { type: 'frame', seq: 0, data: '' }])
    provider.send(delta('one') + finish + done)
    await client.until('end')
    expect(client.seqs('a').filter(seq => seq > 0)).toEqual([1, 2, 3])
  })
  it('says in ASCII what a host would damage', async () => {
    const { provider, open, authorization } = await serve()
    const client = await open()
    let text = ''
    client.socket.on('message', data => (text += String(data)))
    client.send('a', { headers: { authorization, 'x-sampan-ascii': '1' } })
    await say(provider, 1, delta('你好') + finish + done)
    await client.until('end')
    expect(text).toContain('\\u4f60')
    expect(client.of('a')[1]).toMatchObject({ data: delta('你好').trim().slice(6) })
  })
})

describe('a socket refuses', () => {
  it.each<[string, Partial<Extract<SocketCommand, { type: 'send' }>>, number, string]>([
    ['no token', { headers: {} }, 401, 'token_missing'],
    ['a bad token', { headers: { authorization: 'Bearer x' } }, 401, 'token_invalid'],
    ['another path', { path: '/v1/models' }, 404, 'not_found'],
    ['a path that leads elsewhere', { path: '//evil.example/v1/chat/completions' }, 404, 'not_found'],
    ['no JSON', { body: 'x' }, 400, 'invalid_json'],
    ['no body', { body: undefined }, 400, 'invalid_json'],
    ['what is no stream', { body: body.replace('true', 'false') }, 400, 'invalid_request'],
    ['another model', { body: body.replace('{', '{"model":"x",') }, 404, 'model_not_found'],
    ['headers that are none', { headers: { 'a b': 'c' } }, 400, 'invalid_request'],
  ])('%s', async (_what, more, status, code) => {
    const { open, authorization, provider } = await serve()
    const client = await open()
    client.send('a', { headers: { authorization }, ...more })
    await client.until('error')
    const [reply] = client.replies as [Extract<SocketReply, { type: 'error' }>]
    expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([status, code])
    expect(provider.calls).toEqual([])
  })
  it('an id that is none', async () => {
    const { open } = await serve()
    const client = await open()
    client.send('a b')
    await client.until('error', 'a b')
    expect(client.replies[0]).toMatchObject({ status: 400 })
  })
  it('a log of another user', async () => {
    const { open, provider, tokenOf } = await serve()
    const client = await open()
    client.send('a')
    await say(provider, 1, delta('mine'))
    await client.until('frame')
    const other = await open()
    other.resume('a', 0, { authorization: `Bearer ${await tokenOf('other')}` })
    await other.until('none-active')
    other.abort('a')
    other.resume('b', 0, { authorization: 'Bearer x' })
    await other.until('error', 'b')
    expect(provider.calls[0]!.signal.aborted).toBe(false)
  })
  it('what is no command, and every path but its own', async () => {
    const { open, port } = await serve()
    for (const text of ['x', 'null', '{}', '{"type":"send"}', '{"type":"shout","id":"a"}']) {
      const client = await open()
      client.socket.send(text)
      await until(() => client.closedWith === 1007)
    }
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('data', data => (text += String(data)))
    socket.write('GET /v1/other HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
    await until(() => text.startsWith('HTTP/1.1 404'))
  })
  it('more than 32 streams', async () => {
    const { open } = await serve({ limits: { maxConcurrentStreams: 40, requestsPerMinute: 100 } })
    const client = await open()
    for (let index = 0; index < 33; index++) client.send(`log-${index}`)
    await client.until('error', 'log-32')
    expect(client.of('log-32')).toMatchObject([{ status: 429, headers: { 'retry-after': '1' } }])
  })
})

describe('closing the gateway', () => {
  it('ends the streams of sockets with an error, and closes them', async () => {
    const { open, provider, close } = await serve()
    const client = await open()
    client.send('a')
    await say(provider, 1, delta('one'))
    await client.until('frame')
    await close()
    expect(client.closedWith).toBe(1001)
    const last = client.replies.filter(reply => reply.type === 'frame').at(-1)!
    expect([last.event, JSON.parse(last.data).error.code]).toEqual(['error', 'gateway_closing'])
    expect(provider.calls[0]!.signal.aborted).toBe(true)
  })
})
