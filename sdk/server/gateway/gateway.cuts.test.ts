import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import { type Clock, type StreamKind, systemClock } from '../../platform/index.js'
import type { Frame } from '../../protocol/index.js'
import { connect, socketRung } from '../../transport/index.js'
import { DEFAULT_TIMEOUTS } from '../../transport/watchdog.js'
import { startByteServer } from '../../testkit/byte-server.js'
import { openWsSocket } from '../../testkit/ws-socket.js'
import { delta, done, finish, providerKey } from './__fixtures__/harness.js'
import { openaiProvider, serveGateway } from './index.js'

// A network that breaks in the middle of an answer, at any byte of it: the client comes back, the gateway goes on.

const answer = [...Array.from({ length: 6 }, (_, index) => delta(`${index} 你好`)), finish, done]
/** Who comes back waits a fiftieth of his time; what watches for a dead connection has all of it, on a busy machine too. */
const fast: Clock = { ...systemClock, setTimer: (ms, due) => systemClock.setTimer(ms < DEFAULT_TIMEOUTS.connectMs ? ms / 50 : ms, due) }

/** A network between a phone and a gateway. `cut(bytes)`: the next connection breaks after so many bytes of its answer. */
async function startNetwork(port: number) {
  const open = new Set<Socket>()
  let cutAt: number | undefined
  let cuts = 0
  const server = createServer(phone => {
    const gateway = connectTcp(port, '127.0.0.1')
    for (const socket of [phone, gateway]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [phone, gateway].forEach(each => open.delete(each.destroy())))
    }
    phone.pipe(gateway)
    let left: number | undefined
    phone.on('data', () => {
      // A connection may carry several requests: it is the next one that is cut.
      left ??= cutAt
      cutAt = undefined
    })
    gateway.on('data', (data: Buffer) => {
      if (left === undefined || left > data.length) {
        if (left !== undefined) left -= data.length
        return void phone.write(data)
      }
      cuts += 1
      phone.write(data.subarray(0, left), () => phone.destroy())
      gateway.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    open.forEach(socket => socket.destroy())
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (bytes: number) => void (cutAt = bytes),
    cuts: () => cuts,
  }
}

describe.each<['stream' | 'socket' | 'poll', StreamKind]>([['stream', 'bytes'], ['socket', 'none'], ['poll', 'none']])('an answer by %s', (way, stream) => {
  it('is whole, and asked for once, wherever its connection breaks', async () => {
    const provider = await startByteServer({ chunks: answer })
    onTestFinished(() => provider.close())
    const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
    const gateway = await serveGateway({ providers: { main }, logs: { gatherMs: 0 }, limits: { requestsPerMinute: 1e6, logReadsPerMinute: 1e6 } })
    onTestFinished(() => gateway.close())
    const network = await startNetwork(gateway.port)
    const signedIn = await fetch(`${gateway.url}/v1/sign-in`, { method: 'POST', body: '{"host":"web"}' })
    const { token } = (await signedIn.json()) as { token: string }
    const read = (logId: string): Promise<Frame[]> => {
      const node = nodePlatform()
      const platform = { ...node, capabilities: { ...node.capabilities, stream }, ...(way === 'socket' && { openSocket: openWsSocket }) }
      const connection = connect({ platform, url: network.url, getToken: () => token, socket: socketRung, clock: fast })
      return new Promise((resolve, reject) => {
        const frames: Frame[] = []
        connection.open({ path: '/v1/chat/completions', body: { messages: [{ role: 'user', content: 'hi' }], stream: true }, logId }).subscribe({
          next: frame => frames.push(frame),
          error: reject,
          complete: () => resolve(frames),
        })
      })
    }
    const whole = await read('whole')
    expect(whole).toHaveLength(answer.length)
    let count = 1
    for (let at = 1; at < 1600; at += 37) {
      network.cut(at)
      // What breaks before anything came is an error to the client; asked for again under its id it is no second completion.
      const frames = await read(`cut-${at}`).catch(() => read(`cut-${at}`))
      expect(frames, `cut after ${at} bytes`).toEqual(whole)
      count += 1
      expect(provider.requests).toHaveLength(count)
    }
    expect(network.cuts()).toBeGreaterThan(15)
  })
})
