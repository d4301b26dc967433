import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Platform } from '../../sdk/platform/platform.js'
import { startEchoServer, type EchoServer } from '../../sdk/testkit/host-fakes/start-echo-server.js'
import { nodePlatform } from '../node/index.js'
import { webPlatform } from '../web/index.js'
import { recordSocket } from './__fixtures__/socket-record.js'
import { browserSocket } from './browser-socket.js'

let server: EchoServer
beforeEach(async () => void (server = await startEchoServer()))
afterEach(() => server.close())

const platform = { openSocket: browserSocket(WebSocket as never) } as unknown as Platform

describe('browserSocket', () => {
  it('carries text and bytes both ways', async () => {
    const record = await recordSocket(platform, server.url).until(1)
    record.socket.send('你好')
    record.socket.send(Uint8Array.of(1, 2, 255).buffer)
    await record.until(3)
    expect([record.heard[1], [...new Uint8Array(record.heard[2] as ArrayBuffer)]]).toEqual(['你好', [1, 2, 255]])
    record.socket.close()
  })
  it('tells the server’s close once, and nothing of its own', async () => {
    const [left, closed] = [await recordSocket(platform, server.url).until(1), await recordSocket(platform, server.url).until(1)]
    left.socket.close()
    closed.socket.send('bye')
    await closed.until(2)
    await expect.poll(() => server.open).toBe(0)
    expect([left.heard, closed.heard, server.closes[0]]).toEqual([['open'], ['open', 'close 4001 bye'], 1000])
  })
  it('fails once where nobody listens', async () => {
    const record = await recordSocket(platform, 'ws://127.0.0.1:1').until(1)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(record.heard).toEqual(['fail unknown'])
  })
  it('is what a page and Node open, where they have a WebSocket', () => {
    const page = { fetch, Response, AbortController }
    expect([webPlatform({ page }).openSocket, typeof webPlatform({ page: { ...page, WebSocket: WebSocket as never } }).openSocket]).toEqual([undefined, 'function'])
    expect(nodePlatform().openSocket !== undefined).toBe('WebSocket' in globalThis)
  })
})
