import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { HostCallback } from '../../sdk/platform/platform.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { INTERCEPTORS } from '../frameworks/__fixtures__/interceptors.js'
import { createTaroOnArkTs, createTaroOnHost, createTaroOnRn } from '../frameworks/__fixtures__/taro-stub.js'
import { withGlobals } from '../frameworks/__fixtures__/with-globals.js'
import { taroPlatform } from './index.js'

// What goes wrong for those who stream through Taro, and does not here.

let server: ByteServer
let phone: WxFake
const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeAll(async () => {
  server = await startByteServer()
  phone = createWxFake()
})
afterAll(() => {
  phone.dispose()
  return server.close()
})
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  // Rejections count as unhandled once the turn is over.
  await new Promise((resolve) => setTimeout(resolve, 0))
  process.off('unhandledRejection', note)
  if (unhandled.length) throw new Error(`nobody handled: ${unhandled.splice(0).map(String).join(', ')}`)
})

describe.each(Object.entries(INTERCEPTORS))('behind interceptors, %s', (name, interceptor) => {
  it('loses what Taro loses in the stub, as in the original', () => {
    server.use({ chunks: ['x'] })
    const Taro = createTaroOnHost(phone.wx, [interceptor])
    const task = Taro.request({ url: server.url, enableChunked: true, success() {}, fail() {} }) as { onChunkReceived?: unknown; abort?: unknown }
    const kept = name === 'one that hands on' ? ['function', 'function'] : name === 'the timeout one' ? ['undefined', 'function'] : ['undefined', 'undefined']
    expect([typeof task.onChunkReceived, typeof task.abort]).toEqual(kept)
  })
  it('streams and aborts in a mini-program, as it goes around them', async () => {
    server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { hang: 11 } })
    const platform = withGlobals({ wx: phone.wx }, () => taroPlatform(createTaroOnHost(phone.wx, [interceptor])))
    const before = server.closedSockets
    const record = await recordRequest(platform, { url: server.url }).until((seen) => bodyText(seen) === 'data: one\n\n')
    record.stop()
    await server.until(({ closedSockets }) => closedSockets === before + 1)
    expect(platform.capabilities).toMatchObject({ stream: 'bytes', abort: true })
  })
  it('answers and fails once on React Native, and says when it can no longer abort', async () => {
    const platform = taroPlatform(createTaroOnRn([interceptor]))
    server.use({ chunks: ['{"a":1}'], headers: { 'content-type': 'application/json' } })
    const answered = await recordRequest(platform, { url: server.url }).settled
    expect([answered.calls.at(-1), bodyText(answered)]).toEqual(['end', '{"a":1}'])
    expect(platform.capabilities.abort).toBe(name === 'one that hands on' || name === 'the timeout one')
    server.use({ faults: { refuse: true } })
    expect((await recordRequest(platform, { url: server.url }).settled).calls).toEqual(['fail'])
  })
})

describe('taroPlatform without a host', () => {
  it('takes the answer of an interceptor that asks nobody', async () => {
    const Taro = createTaroOnRn([async () => ({ statusCode: 200, header: { 'Content-Type': 'text/plain' }, data: 'cached' })])
    const record = await recordRequest(taroPlatform(Taro), { url: server.url }).settled
    expect([record.end?.status, record.end?.headers, bodyText(record)]).toEqual([200, { 'content-type': 'text/plain' }, 'cached'])
  })
  it('fails once where an interceptor throws, and reads the text of the timeout one', async () => {
    const failing = async (): Promise<never> => { throw new Error('网络链接超时,请稍后再试！') }
    const record = await recordRequest(taroPlatform(createTaroOnRn([failing])), { url: server.url }).settled
    expect([record.calls, record.failure?.reason]).toEqual([['fail'], 'timeout'])
  })
  it('reads headers that are those of fetch', async () => {
    server.use({ chunks: ['x'], headers: { 'X-Log-Id': 'log-1' } })
    const record = await recordRequest(taroPlatform(createTaroOnRn()), { url: server.url }).settled
    expect(record.end?.headers['x-log-id']).toBe('log-1')
  })
  it('gets a body as text that the framework would parse, on React Native and by ArkTS', async () => {
    for (const Taro of [createTaroOnRn(), createTaroOnArkTs()]) {
      server.use({ chunks: ['not {json'], headers: { 'content-type': 'application/json' } })
      expect((await recordRequest(taroPlatform(Taro), { url: server.url }).settled).end?.body).toBe('not {json')
    }
  })
  it('takes an Error that a synchronous API returns for a failure', async () => {
    const { storage } = taroPlatform({ ...createTaroOnRn(), setStorage: undefined, getStorage: undefined, getStorageInfo: undefined } as never)
    for (const call of [(done: HostCallback<any>) => storage.set('key', 'text', done), (done: HostCallback<any>) => storage.get('key', done)]) {
      expect((await answerOf(call)).failure?.errMsg).toMatch(/暂不支持/)
    }
  })
  it('leaves no rejection unhandled: a failed call, an abort, a listener the target lacks', async () => {
    const platform = taroPlatform(createTaroOnRn())
    platform.onSignal(() => {})()
    await answerOf((done) => platform.storage.get('sampan:none', done))
    expect((await answerOf((done) => platform.invoke!('getUserProfile', {}, done))).failure?.errMsg).toMatch(/getUserProfile/)
    server.use({ chunks: ['late'], faults: { ttfb: 20 } })
    recordRequest(platform, { url: server.url }).stop()
    server.use({ faults: { refuse: true } })
    expect((await recordRequest(platform, { url: server.url }).settled).calls).toEqual(['fail'])
  })
  it('hears the network, and has neither a sign-in code nor random bytes', () => {
    const Taro = createTaroOnRn()
    const platform = taroPlatform(Taro)
    const heard: string[] = []
    const stop = platform.onSignal((signal) => heard.push(signal))
    const setConnected = Taro.setConnected as (isConnected: boolean) => void
    setConnected(false)
    setConnected(true)
    stop()
    setConnected(false)
    expect([heard, platform.signInCode, platform.randomBytes]).toEqual([['offline', 'online'], undefined, undefined])
  })
  it('talks over a socket whose task comes as a promise', async () => {
    const echo = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(echo, 'listening')
    echo.on('connection', (socket) => socket.on('message', (data) => socket.send(`heard ${String(data)}`)))
    const url = `ws://127.0.0.1:${(echo.address() as AddressInfo).port}`
    const calls = await new Promise<unknown[]>((resolve) => {
      const heard: unknown[] = []
      const socket = taroPlatform(createTaroOnRn()).openSocket!({ url, headers: {} }, {
        onOpen: () => socket.send('你好'),
        onMessage: (data) => (heard.push(data), echo.clients.forEach((client) => client.close(4000, 'enough'))),
        onClose: (code, reason) => resolve([...heard, code, reason]),
        onFail: ({ errMsg }) => resolve([errMsg]),
      })
    })
    echo.close()
    expect(calls).toEqual(['heard 你好', 4000, 'enough'])
  })
  it('fails a socket that the framework refuses', async () => {
    const refused = ({ fail }: { fail(error: object): void }) => (fail({ errMsg: '同时最多发起 2 个 socket 请求' }), Promise.reject(new Error('no')))
    const failure = await new Promise((resolve) => {
      const ignore = (): void => {}
      taroPlatform({ ...createTaroOnRn(), connectSocket: refused } as never)
        .openSocket!({ url: 'ws://127.0.0.1', headers: {} }, { onOpen: ignore, onMessage: ignore, onClose: ignore, onFail: resolve })
    })
    expect(failure).toMatchObject({ errMsg: '同时最多发起 2 个 socket 请求' })
  })
})
