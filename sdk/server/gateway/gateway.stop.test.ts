import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import { openai } from '../../endpoints/openai/index.js'
import { connect, createAgent, createThread, type ConnectOptions } from '../../index.js'
import type { StreamKind } from '../../platform/index.js'
import { startByteServer } from '../../testkit/byte-server.js'
import { createTestClock } from '../../testkit/test-clock.js'
import { openWsSocket } from '../../testkit/ws-socket.js'
import { socketRung } from '../../transport/index.js'
import { delta, providerKey, until } from './__fixtures__/harness.js'
import { openaiProvider, serveGateway } from './index.js'

// Stop, from the phone to the provider, over real connections. The provider never stops by itself.

async function start(stream: StreamKind, connection: Partial<ConnectOptions> = {}) {
  const provider = await startByteServer({ chunks: [delta('half')], faults: { hang: 9999 } })
  const gateway = await serveGateway({ providers: { main: openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' }) } })
  const node = nodePlatform()
  const openSocket = connection.socket && openWsSocket
  const platform = { ...node, openSocket, capabilities: { ...node.capabilities, stream } }
  const thread = createThread({ agent: createAgent({ model: openai({ connection: connect({ platform, url: gateway.url, ...connection }), model: 'default' }) }), id: 'stop' })
  const ends: string[] = []
  thread.events$.subscribe(({ event }) => {
    if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') ends.push(event.type)
  })
  let text = ''
  thread.on('text', piece => (text += piece))
  onTestFinished(async () => {
    thread.dispose()
    await gateway.close()
    await provider.close()
  })
  return { provider, gateway, thread, ends, textOf: () => text }
}

const ways: [string, StreamKind, Partial<ConnectOptions>][] = [
  ['a response that streams', 'bytes', {}],
  ['a poll', 'none', {}],
  ['a socket', 'none', { socket: socketRung }],
]

describe.each(ways)('Stop while an answer comes by %s', (_way, stream, options) => {
  it('ends the run at once; the confirmation comes when the provider’s connection is closed', async () => {
    const { provider, thread, ends, textOf } = await start(stream, options)
    thread.send('hi')
    await until(() => textOf() === 'half')
    expect(provider.closedSockets).toBe(0)
    const heard = thread.cancel()
    expect([ends, thread.state.status]).toEqual([['RUN_FINISHED'], 'idle'])
    expect(await heard).toBe(true)
    await provider.until(({ closedSockets }) => closedSockets === 1)
    expect([ends, textOf(), provider.requests.length]).toEqual([['RUN_FINISHED'], 'half', 1])
  })
})

describe('Stop before the request has reached the provider', () => {
  it('leaves nothing running there, and no slot taken', async () => {
    const { provider, thread } = await start('bytes')
    for (let turn = 0; turn < 5; turn++) {
      thread.send('hi')
      // So many turns of the loop later that it is somewhere on its way.
      for (let left = turn * 3; left > 0; left--) await new Promise(setImmediate)
      expect(await thread.cancel()).toBe(true)
    }
    await provider.until(({ closedSockets, requests }) => closedSockets === requests.length)
    thread.send('hi')
    await provider.until(({ closedSockets, requests }) => requests.length === closedSockets + 1)
  })
})

it('Stop says false in time where the gateway is gone', async () => {
  const clock = createTestClock()
  const { thread, gateway, textOf } = await start('bytes', { clock })
  thread.send('hi')
  await until(() => textOf() === 'half')
  const closed = gateway.close()
  const heard = thread.cancel()
  await closed
  clock.advance(3000)
  expect(await heard).toBe(false)
})
