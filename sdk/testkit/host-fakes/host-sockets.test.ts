import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestClock } from '../test-clock.js'
import { askHost } from './ask-host.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostFake, type HostFake } from './host-fake.js'
import { startEchoServer, type EchoServer } from './start-echo-server.js'

type Listener = (result: Record<string, unknown>) => void
type Task = Record<'onOpen' | 'onMessage' | 'onError' | 'onClose', (listener: Listener) => void>
  & { send(args: object): void; close(args: object): void; readyState?: number; CLOSED?: number }

let server: EchoServer
const fakes: HostFake[] = []

beforeEach(async () => void (server = await startEchoServer()))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

function host(name: HostFakeName, options: HostFakeOptions = {}): HostFake {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return fake
}

function connect(fake: HostFake, option: object = {}) {
  const heard: [string, Record<string, unknown>][] = []
  const checks = new Set<() => void>()
  const task = (fake.api.connectSocket as unknown as (option: object) => Task)({ url: server.url, ...option })
  for (const name of ['Open', 'Message', 'Error', 'Close'] as const) task[`on${name}`](result => (heard.push([name, result]), checks.forEach(check => check())))
  const until = (name: string): Promise<Record<string, unknown>> => new Promise(resolve => {
    const check = (): void => {
      const found = heard.find(([event]) => event === name)
      if (found) resolve(found[1])
    }
    checks.add(check)
    check()
  })
  return { task, heard, until }
}

describe('sockets with a task', () => {
  it.each(['wechat', 'douyin', 'baidu', 'qq', 'jd', 'kuaishou', 'xiaohongshu', 'feishu', 'harmony'] as const)('sends and hears text and bytes on %s', async name => {
    const { task, heard, until } = connect(host(name), { header: { 'x-run': '7' } })
    expect(await until('Open')).toMatchObject({ header: { upgrade: 'websocket' } })
    task.send({ data: '你好' })
    expect(await until('Message')).toEqual({ data: '你好' })
    task.send({ data: new Uint8Array([1, 2]).buffer })
    await expect.poll(() => heard.length).toBe(3)
    expect([...new Uint8Array(heard[2]![1].data as ArrayBuffer)]).toEqual([1, 2])
    expect([heard[2]![1].data instanceof ArrayBuffer, server.handshakes[0]!['x-run']]).toEqual([true, '7'])
  })
  it('closes with the code and reason of either side, and is silent then', async () => {
    const ours = connect(host('wechat'))
    await ours.until('Open')
    ours.task.close({ code: 4000, reason: 'enough' })
    expect(await ours.until('Close')).toEqual({ code: 4000, reason: 'enough' })
    expect(server.closes).toEqual([4000])
    const theirs = connect(host('wechat'))
    await theirs.until('Open')
    theirs.task.send({ data: 'bye' })
    expect(await theirs.until('Close')).toEqual({ code: 4001, reason: 'bye' })
  })
  it('tells state and a close code of text on Douyin', async () => {
    const { task, until } = connect(host('douyin'))
    expect(task.readyState).toBe(0)
    await until('Open')
    expect(task.readyState).toBe(1)
    task.send({ data: 'bye' })
    expect(await until('Close')).toEqual({ code: '4001', reason: 'bye' })
    expect([task.readyState, task.CLOSED]).toEqual([3, 3])
    expect(connect(host('wechat')).task).not.toHaveProperty('readyState')
  })
  it('has no way on most hosts to take one listener off, and no global socket', () => {
    for (const name of ['wechat', 'douyin'] as const) {
      const fake = host(name)
      expect(connect(fake).task).not.toHaveProperty('offMessage')
      expect(fake.api.onSocketMessage).toBeUndefined()
    }
  })
  it.each([['wechat', {}, 5], ['douyin', {}, 5], ['baidu', {}, 5], ['baidu', { sdkVersion: '1.9.3' }, 1], ['qq', {}, 5]] as const)('opens on %s with %j %i at once, and one more fails', async (name, options, max) => {
    const fake = host(name, options)
    await Promise.all(Array.from({ length: max }, () => connect(fake).until('Open')))
    const more = connect(fake)
    await more.until('Close')
    expect(more.heard.map(([event]) => event)).toEqual(['Error', 'Close'])
    expect([fake.sockets.open, server.open]).toEqual([max, max])
  })
  it('fails where nobody answers, where the list does not have the address, and for an address without `ws`', async () => {
    const { url } = await startEchoServer().then(async gone => (await gone.close(), gone))
    const errorOf = async (options: HostFakeOptions, option: object) => (await connect(host('wechat', options), option).until('Error')).errMsg
    expect(await errorOf({}, { url })).toMatch(/^connectSocket:fail/)
    expect(await errorOf({ domains: ['example.com'] }, {})).toBe('connectSocket:fail url not in domain list')
    expect(await errorOf({}, { url: 'http://127.0.0.1' })).toBe('connectSocket:fail invalid url')
  })
  it('fails to send before it is open', async () => {
    const { task } = connect(host('wechat'))
    const failed = new Promise<object>(fail => task.send({ data: 'early', fail }))
    task.close({})
    expect(await failed).toMatchObject({ errMsg: expect.stringMatching(/^sendSocketMessage:fail/) })
    await expect.poll(() => server.open).toBe(0)
  })
  it.each(['wechat', 'qq', 'douyin'] as const)('is cut on %s 5 s after the app went to the background', async name => {
    const clock = createTestClock()
    const fake = host(name, { clock })
    const { heard, until } = connect(fake)
    await until('Open')
    fake.hide()
    clock.advance(4999)
    expect(heard.length).toBe(1)
    clock.advance(1)
    expect(String((await until('Close')).code)).toBe('1006')
    await expect.poll(() => server.open).toBe(0)
  })
  it('is cut when the network goes', async () => {
    const fake = host('kuaishou')
    const { until } = connect(fake)
    await until('Open')
    fake.setOnline(false)
    expect((await until('Close')).code).toBe(1006)
  })
})

describe('sockets on Alipay', () => {
  function globalSocket(fake: HostFake) {
    const heard: [string, unknown][] = []
    for (const name of ['Open', 'Message', 'Error', 'Close']) (fake.api['onSocket' + name] as unknown as (listener: (result: unknown) => void) => void)(result => heard.push([name, result]))
    const call = fake.api.connectSocket as unknown as (option: object) => unknown
    return { heard, connect: (option: object = {}) => call({ url: server.url, ...option }) }
  }

  it('are one for all, whose messages are text, or base64 that only `isBuffer` tells', async () => {
    const fake = host('alipay')
    const { heard, connect: call } = globalSocket(fake)
    expect(call()).toBeUndefined()
    await expect.poll(() => heard).toEqual([['Open', undefined]])
    expect((await askHost(fake, 'sendSocketMessage', { data: '你好' })).result).toEqual({ success: true })
    await askHost(fake, 'sendSocketMessage', { data: 'AQI=', isBuffer: true })
    await expect.poll(() => heard.slice(1)).toEqual([['Message', { data: '你好', isBuffer: false }], ['Message', { data: 'AQI=', isBuffer: true }]])
    expect((await askHost(fake, 'sendSocketMessage', { data: new ArrayBuffer(1) })).calls).toEqual(['fail', 'complete'])
    await askHost(fake, 'closeSocket', { code: 1000, reason: 'enough' })
    await expect.poll(() => heard.at(-1)).toEqual(['Close', { reason: 'enough' }])
  })
  it('close the first when a second is opened', async () => {
    const fake = host('alipay')
    const { heard, connect: call } = globalSocket(fake)
    call()
    await expect.poll(() => heard.length).toBe(1)
    call()
    await expect.poll(() => heard.map(([name]) => name)).toEqual(['Open', 'Close', 'Open'])
    await expect.poll(() => [fake.sockets.open, server.open]).toEqual([1, 1])
  })
  it('are tasks of their own with `multiple`, up to five, and carry everything in `data`', async () => {
    const fake = host('alipay')
    const sockets = Array.from({ length: 5 }, () => connect(fake, { multiple: true }))
    const opened = await Promise.all(sockets.map(({ until }) => until('Open')))
    expect(new Set(opened.map(({ data }) => (data as { socketTaskID: string }).socketTaskID)).size).toBe(5)
    sockets[0]!.task.send({ data: '你好' })
    expect(await sockets[0]!.until('Message')).toEqual({ data: { socketTaskID: expect.any(String), data: '你好', isBuffer: false } })
    expect(sockets[1]!.heard.length).toBe(1)
    const more = connect(fake, { multiple: true })
    expect(await more.until('Error')).toEqual({ error: 12, errorMessage: 'sockets', data: { socketTaskID: expect.any(String) } })
    sockets[0]!.task.send({ data: 'bye' })
    expect(await sockets[0]!.until('Close')).toEqual({ data: { socketTaskID: expect.any(String) } })
  })
  it('can be left by one listener', async () => {
    const fake = host('alipay')
    const { heard, connect: call } = globalSocket(fake)
    ;(fake.api.offSocketOpen as () => void)()
    call()
    await expect.poll(() => server.open).toBe(1)
    await askHost(fake, 'closeSocket')
    await expect.poll(() => heard.map(([name]) => name)).toEqual(['Close'])
  })
})
