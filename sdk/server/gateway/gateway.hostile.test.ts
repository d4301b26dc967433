import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { delta, done, finish, manualProvider, startClient, until } from './__fixtures__/harness.js'
import { answerOf, say, signIn, startLogs } from './__fixtures__/log-client.js'
import { createGateway, memoryLogStore, serveGateway, type GatewayOptions } from './index.js'

/** A gateway that listens, and what a stranger without a token may send it. */
async function serve(options: GatewayOptions = {}) {
  const served = await serveGateway(options)
  onTestFinished(() => served.close())
  const open = async () => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}/v1/socket`)
    onTestFinished(() => socket.terminate())
    const replies: any[] = []
    let closedWith: number | undefined
    socket.on('message', data => replies.push(JSON.parse(String(data))))
    socket.on('close', code => (closedWith = code))
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('open', resolve))
    return { socket, replies, closedWith: () => closedWith }
  }
  const raw = async (bytes: string) => {
    const socket = connect(served.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('data', data => (text += String(data))).on('error', () => {})
    socket.write(bytes)
    return { socket, text: () => text }
  }
  const isAlive = async () => (await fetch(`${served.url}/health`)).status === 200
  return { ...served, open, raw, isAlive }
}

describe('a stranger at the socket', () => {
  const send = { type: 'send', id: 'a', path: '/v1/agents/x/runs', headers: {}, body: '{}' }
  it.each<[string, unknown]>([
    ['headers that are none', { ...send, headers: null }],
    ['a header that is no text', { ...send, headers: { authorization: { toString: 1 } } }],
    ['a path that is no text', { ...send, path: { a: 1 } }],
    ['a body that is no text', { ...send, body: [] }],
    ['an id that is no text', { ...send, id: null }],
    ['a list', [send]],
    ['a command that nobody knows', { ...send, type: '__proto__' }],
  ])('who sends %s is shown out, and the gateway goes on', async (_, command) => {
    const { open, isAlive } = await serve()
    const { socket, closedWith } = await open()
    socket.send(JSON.stringify(command))
    await until(() => closedWith() !== undefined)
    expect([closedWith(), await isAlive()]).toEqual([1007, true])
  })
  it.each(['/v1/agents/%/runs', '/v1/agents/%E4/runs', '/v1/agents/../runs', '/v1/agents/x?y/runs', '//', 'http://[', '@evil.example/v1/agents/x/runs', '/v1/agents/\u0000/runs'])('who asks for %j is refused as for any other path', async path => {
    const told: unknown[] = []
    const { open, url } = await serve({ onError: error => told.push(error) })
    const { token } = (await (await fetch(`${url}/v1/sign-in`, { method: 'POST', body: '{"host":"web"}' })).json()) as { token: string }
    const { socket, replies } = await open()
    socket.send(JSON.stringify({ ...send, path, headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ threadId: 't', runId: 'r', messages: [], stream: true }) }))
    await until(() => replies.length > 0)
    expect(replies[0]).toMatchObject({ type: 'error', status: expect.toSatisfy((status: number) => status === 404 || status === 400) })
    expect(told).toEqual([])
  })
  it.each(['//', '/\\', '*', 'http://[', '/v1/socket/x', '/%'])('who upgrades at %s is told that there is nothing', async path => {
    const { raw, isAlive } = await serve()
    const { text } = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`)
    await until(() => text() !== '')
    expect([text().split('\r\n')[0], await isAlive()]).toEqual(['HTTP/1.1 404 Not Found', true])
  })
  it('who is gone before the answer ends nothing', async () => {
    const { raw, isAlive } = await serve()
    for (let round = 0; round < 20; round++) {
      const { socket } = await raw('GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
      await new Promise(resolve => socket.once('connect', resolve))
      socket.resetAndDestroy()
    }
    expect(await isAlive()).toBe(true)
  })
  it('who asks and asks and takes no answer is cut', async () => {
    const { open, isAlive } = await serve()
    const { socket, closedWith } = await open()
    socket.pause()
    // Each refusal repeats the id, so that what waits grows fast.
    for (let i = 0; i < 2000 && closedWith() === undefined; i++) {
      socket.send(JSON.stringify({ ...send, id: `${i} ${'x'.repeat(20_000)}` }))
      if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    socket.resume()
    await until(() => closedWith() !== undefined)
    expect([closedWith(), await isAlive()]).toEqual([1006, true])
  })
})

describe('one user', () => {
  it('reads so many logs at a time, and no other user is hindered', async () => {
    const { gateway, provider, chat, follow, page } = await startLogs({ limits: { maxConcurrentReads: 3 } })
    const beginning = chat('a')
    await say(provider, 1, delta('1'))
    const running = await beginning
    const readers = [await follow('a'), await follow('a')]
    const refused = await follow('a')
    expect([refused.status, ((await refused.json()) as any).error.code]).toEqual([429, 'too_many_streams'])
    const bert = await signIn(gateway, 'bert')
    expect((await bert.get('/v1/logs/a')).status).toBe(404)
    await readers[0]!.body!.cancel()
    expect((await page('a')).frames).toHaveLength(1)
    provider.send(finish + done)
    await Promise.all([running.text(), readers[1]!.text()])
    for (let round = 0; round < 9; round++) expect((await page('a')).isDone).toBe(true)
  })
  it('who cannot read what they began has it for as long as if they had left', async () => {
    const { provider, chat, follow } = await startLogs({ limits: { maxConcurrentReads: 1 }, logs: { graceMs: 30 } })
    const beginning = chat('a')
    await say(provider, 1, ...answerOf(1))
    const first = await beginning
    const second = chat('b')
    await say(provider, 2, delta('1'))
    expect((await second).status).toBe(429)
    await until(() => provider.calls[1]!.signal.aborted)
    await first.text()
    expect(await (await follow('b')).text()).toContain('client_closed')
  })
  it('who reads as much as they may still stops what runs at another gateway', async () => {
    const store = memoryLogStore()
    const options: GatewayOptions = { auth: { secret: 'one' }, limits: { maxConcurrentReads: 1 }, logs: { store } }
    const { provider, chat, follow } = await startLogs(options)
    const other = createGateway({ ...options, logs: { store: { ...store, close: async () => {} } } })
    onTestFinished(() => other.close())
    const beginning = chat('a')
    await say(provider, 1, delta('1'))
    const there = await signIn(other, 'g')
    const reading = await there.follow('a')
    expect([(await there.follow('a')).status, (await follow('a')).status]).toEqual([429, 429])
    expect(await (await there.cancel('a')).json()).toEqual({ isDone: true })
    expect(await reading.text()).toContain('"cancelled"')
    await (await beginning).text()
  })
  it('who has gone before their log is read holds no place', async () => {
    const { provider, chat, gateway, token, page } = await startLogs({ limits: { maxConcurrentReads: 1 } })
    const beginning = chat('a')
    await say(provider, 1, ...answerOf(1))
    await (await beginning).text()
    const gone = new AbortController()
    gone.abort()
    for (let round = 0; round < 3; round++) {
      const request = new Request('http://gateway.test/v1/logs/a', { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' }, signal: gone.signal })
      await gateway.fetch(request)
    }
    expect((await page('a')).isDone).toBe(true)
  })
  it('who is erased while a stream of theirs begins has none', async () => {
    const store = memoryLogStore()
    let go = (): void => {}
    const provider = manualProvider()
    const create = async (...args: Parameters<typeof store.create>) => {
      await new Promise<void>(resolve => (go = resolve))
      return store.create(...args)
    }
    const { gateway } = await startClient({ providers: { manual: provider }, logs: { store: { ...store, create } } })
    const anna = await signIn(gateway, 'anna')
    const begun = anna.chat('a')
    await until(() => go.name !== 'go')
    const erased = anna.erase()
    await new Promise(resolve => setImmediate(resolve))
    go()
    expect((await erased).status).toBe(200)
    await begun
    await until(() => provider.calls.every(({ signal }) => signal.aborted))
    expect((await anna.get('/v1/logs/a')).status).toBe(404)
  })
  it('may ask to be erased only so often', async () => {
    const { gateway } = await startClient({ limits: { threadCallsPerMinute: 2 } })
    const anna = await signIn(gateway, 'anna')
    expect([(await anna.erase()).status, (await anna.erase()).status, (await anna.erase()).status]).toEqual([200, 200, 429])
  })
  it.each(['a/b', 'a%2Fb', '100%', '%41', '..a', '你好 🚣', '?x#y', '__proto__', 'constructor', 'a\nb', ' ', '{x}:*', "'; --"])('may call a thread %j', async id => {
    const { gateway } = await startClient({})
    const { token } = await signIn(gateway, 'anna')
    const ask = async (path: string, body?: object) => {
      const response = await gateway.fetch(new Request(`http://gateway.test/v1/threads${path}`, { method: body ? 'POST' : 'GET', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) }))
      return (await response.json()) as any
    }
    const path = `/${encodeURIComponent(id)}`
    await ask(path, { after: 0, from: 0, items: [id], format: 1, rest: {} })
    expect(await ask(path)).toMatchObject({ id, items: [id] })
    expect((await ask('')).threads).toMatchObject([{ id }])
    await ask(`${path}/delete`, {})
    expect((await ask('')).threads).toEqual([])
  })
  it.each<[string, string, string, number]>([
    ['a thread of too many items', '/v1/threads/t', JSON.stringify({ after: 0, from: 0, items: Array(10_001).fill(0), format: 1 }), 413],
    ['a thread whose id no store keeps', '/v1/threads/%00', JSON.stringify({ after: 0, from: 0, items: [], format: 1 }), 400],
    ['a thread nested deeper than anyone reads', '/v1/threads/t', `{"after":0,"from":0,"format":1,"items":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`, 400],
    ['a completion nested deeper than anyone reads', '/v1/chat/completions', `{"messages":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`, 400],
    ['feedback with half a character', '/v1/feedback', JSON.stringify({ threadId: '\ud800', messageId: 'm', rating: 'up' }), 400],
  ])('is told what is wrong with %s, and whoever runs the gateway is not bothered', async (_, path, body, status) => {
    const told: unknown[] = []
    const { post, token } = await startClient({ onError: error => told.push(error) })
    expect((await post(path, body, { authorization: `Bearer ${token}` })).status).toBe(status)
    expect(told).toEqual([])
  })
})

it('a gateway that closes takes no sockets any more', async () => {
  const gateway = createGateway()
  await gateway.close()
  let said = ''
  const socket = { on() {}, end: (text: string) => (said = text) }
  gateway.socket({ url: '/v1/socket' } as never, socket as never, Buffer.alloc(0))
  expect(said).toContain('503')
})
