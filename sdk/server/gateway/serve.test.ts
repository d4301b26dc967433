import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startByteServer } from '../../testkit/byte-server.js'
import { answer, delta, manualProvider, providerKey, until } from './__fixtures__/harness.js'
import { openaiProvider, serveGateway, type ServeOptions } from './index.js'

async function serve(options: ServeOptions) {
  const served = await serveGateway(options)
  onTestFinished(() => served.close())
  const response = await fetch(`${served.url}/v1/sign-in`, { method: 'POST', body: '{"host":"web"}' })
  const { token } = (await response.json()) as { token: string }
  return { ...served, token }
}

/** A client that is nothing but a socket, so that no library hides when bytes come. */
function openSocket(port: number, token: string, body: object = {}): { socket: Socket; text(): string } {
  const content = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true, ...body })
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => void (text += piece)).on('error', () => {})
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`)
  onTestFinished(() => void socket.destroy())
  return { socket, text: () => text }
}

/** The status of a sign-in that comes from an address of this machine. */
function signInFrom(localAddress: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const post = request({ port, host: '127.0.0.1', localAddress, method: 'POST', path: '/v1/sign-in', agent: false }, response => response.resume().on('end', () => resolve(response.statusCode)))
    post.on('error', reject).end('{"host":"web"}')
  })
}

describe('serveGateway', () => {
  // Elsewhere loopback has one address.
  it.runIf(process.platform === 'linux')('counts sign-ins by the address they come from: a flood of one locks out nobody else', async () => {
    const { port } = await serve({ limits: { signInsPerMinute: 2 } })
    const statuses = [await signInFrom('127.0.0.1', port), await signInFrom('127.0.0.1', port), await signInFrom('127.0.0.2', port)]
    expect(statuses).toEqual([200, 429, 200])
  })
  it('sends each frame at once: the next is sent only when the last has arrived', async () => {
    const provider = manualProvider()
    const { port, token } = await serve({ providers: { manual: provider } })
    const { text } = openSocket(port, token)
    await until(() => provider.calls.length === 1)
    for (let index = 0; index < 10; index++) {
      provider.send(delta(`piece ${index}`))
      await until(() => text().includes(`piece ${index}`))
    }
    expect(text().split('\r\n\r\n')[0]).toMatch(/^HTTP\/1\.1 200/)
    expect(text()).toMatch(/transfer-encoding: chunked/i)
    expect(text()).not.toMatch(/content-encoding/i)
  })
  it('sends its head and a sign of life at once to a host that asked for errors as events', async () => {
    const provider = manualProvider()
    const { url, token } = await serve({ providers: { manual: provider } })
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-sampan-errors': 'event' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true }),
    })
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('event: ping\ndata: {}\n\n')
    await reader.cancel()
    await until(() => provider.calls[0]!.signal.aborted)
  })
  it('closes the provider’s connection when the client’s socket is destroyed, at any time', async () => {
    const provider = await startByteServer({ chunks: [delta('a')], faults: { hang: 9999 } })
    onTestFinished(() => provider.close())
    const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
    const { port, token } = await serve({ providers: { main }, limits: { maxConcurrentStreams: 1 } })
    const streaming = openSocket(port, token)
    await until(() => streaming.text().includes('"a"'))
    streaming.socket.destroy()
    await provider.until(({ closedSockets }) => closedSockets === 1)

    provider.use({ faults: { ttfb: 10_000 } })
    for (const stream of [true, false]) {
      const count = provider.requests.length
      const waiting = openSocket(port, token, { stream })
      await provider.until(({ requests }) => requests.length === count + 1)
      waiting.socket.destroy()
      await provider.until(({ closedSockets }) => closedSockets === count + 1)
    }
    provider.use({ chunks: answer })
    const last = openSocket(port, token)
    await until(() => last.text().includes('[DONE]'))
  })
  it('reads a provider no further than a client that has stopped reading, but for what buffers hold', async () => {
    const piece = delta('x'.repeat(64 * 1024))
    const total = 1000
    const provider = await startByteServer({ chunks: Array.from({ length: total }, () => piece) })
    onTestFinished(() => provider.close())
    const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
    const { port, token } = await serve({ providers: { main } })
    const { socket, text } = openSocket(port, token)
    await until(() => text().length > 0)
    socket.pause()
    // It has stopped when nothing was sent for many turns of the event loop.
    let last = -1
    while (provider.requests[0]!.bytesSent !== last) {
      last = provider.requests[0]!.bytesSent
      for (let turn = 0; turn < 500; turn++) await new Promise(resolve => setImmediate(resolve))
    }
    expect(last).toBeLessThan(piece.length * total * 0.5)
    socket.destroy()
    await provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('closes: running streams end with an error, kept connections do not hold the port', async () => {
    const provider = manualProvider()
    const { port, token, close, url } = await serve({ providers: { manual: provider } })
    const { socket, text } = openSocket(port, token)
    await until(() => provider.calls.length === 1)
    provider.send(delta('a'))
    await until(() => text().includes('"a"'))
    const ended = new Promise(resolve => socket.once('close', resolve))
    await close()
    await ended
    expect(text()).toContain('event: error\ndata: {"error":{"message":"The gateway is shutting down."')
    expect(text().endsWith('0\r\n\r\n')).toBe(true)
    await expect(fetch(`${url}/health`)).rejects.toThrow()
    const again = await serveGateway({ port })
    await again.close()
  })
  it('refuses a body that never ends while it still comes', async () => {
    const { port } = await serve({ limits: { maxBodyBytes: 100 } })
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('data', piece => void (text += piece)).on('error', () => {})
    socket.write('POST /v1/sign-in HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n')
    await until(() => {
      if (socket.writable) socket.write('10\r\n' + ' '.repeat(16) + '\r\n')
      return text.includes('body_too_large')
    })
    expect(text).toMatch(/^HTTP\/1\.1 413/)
  })
  it('answers a request it cannot read in the shape of every other error', async () => {
    const { port } = await serve({})
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('data', piece => void (text += piece))
    socket.write('GET /health HTTP/1.1\r\nhost: a b/c\r\n\r\n')
    await until(() => text.includes('}}'))
    const [head, body] = text.split('\r\n\r\n')
    const requestId = /x-request-id: (\S+)/i.exec(head!)![1]
    expect(head).toMatch(/^HTTP\/1\.1 400/)
    expect(JSON.parse(/\{.*\}/.exec(body!)![0])).toMatchObject({ error: { code: 'invalid_request', requestId } })
  })
  it('rejects when the port is taken', async () => {
    const { port } = await serve({})
    await expect(serveGateway({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
