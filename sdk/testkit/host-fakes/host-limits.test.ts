import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startByteServer, type ByteServer } from '../byte-server.js'
import { createTestClock } from '../test-clock.js'
import { askHost, beginRequest } from './ask-host.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostFake, type HostFake } from './host-fake.js'

let server: ByteServer
const fakes: HostFake[] = []

beforeEach(async () => void (server = await startByteServer({ chunks: ['a', 'b'], faults: { hang: 1 } })))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

function host(name: HostFakeName, options: HostFakeOptions = {}): HostFake {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return fake
}

describe('when a request times out', () => {
  it.each([
    ['wechat', {}, undefined, 60_000], ['wechat', {}, 120_000, 120_000], ['wechat', { bugs: { oneMinuteCeiling: true } }, 120_000, 60_000],
    ['wechat', { sdkVersion: '2.9.0' }, 1000, 60_000], ['wechat', {}, 1000, 1000],
    ['alipay', {}, undefined, 30_000], ['alipay', {}, 90_000, 60_000],
    ['douyin', {}, 90_000, 60_000], ['douyin', { sdkVersion: '2.30.0' }, 1000, 60_000],
    ['baidu', {}, undefined, 10_000], ['baidu', {}, 90_000, 60_000], ['kuaishou', {}, 5000, 5000],
  ] as const)('ends on %s with %j, asked for %s ms, after %i ms', async (name, options, timeout, expected) => {
    const clock = createTestClock()
    const { answer, calls } = beginRequest(host(name, { ...options, clock } as HostFakeOptions), { url: server.url, timeout })
    await server.until(({ requests }) => requests.length === 1)
    clock.advance(expected - 1)
    await new Promise(resolve => setTimeout(resolve, 1))
    expect(calls).toEqual([])
    clock.advance(1)
    expect((await answer).calls).toEqual(['fail', 'complete'])
  })
  it.each([
    ['wechat', 'android', { errMsg: 'request:fail timeout', errno: 5 }],
    ['wechat', 'ios', { errMsg: 'request:fail 请求超时。', errno: 5 }],
    ['qq', 'android', { errMsg: 'request:fail timeout' }],
    ['alipay', 'android', { error: 13, errorMessage: 'timeout' }],
  ] as const)('says so on %s (%s)', async (name, platform, expected) => {
    const clock = createTestClock()
    const { answer } = beginRequest(host(name, { clock, platform }), { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    clock.advance(60_000)
    expect((await answer).result).toEqual(expected)
  })
})

describe('how many requests run at once', () => {
  it.each([
    ['wechat', 'android', 10], ['qq', 'android', 10], ['feishu', 'android', 10], ['baidu', 'ios', 6], ['baidu', 'android', 5],
    ['alipay', 'android', 12], ['douyin', 'android', 12],
  ] as const)('lets on %s (%s) %i of 12 to one host run, and the rest wait without a word', async (name, platform, expected) => {
    const fake = host(name, { platform })
    const begun = Array.from({ length: 12 }, () => beginRequest(fake, { url: server.url }))
    await server.until(({ requests }) => requests.length === expected)
    expect(fake.requests).toMatchObject({ running: expected, waiting: 12 - expected })
    expect(begun.flatMap(({ calls }) => calls)).toEqual([])
  })
  it('counts by host on Baidu on Android', async () => {
    const other = await startByteServer({ chunks: ['a', 'b'], faults: { hang: 1 } })
    const fake = host('baidu')
    for (let count = 0; count < 7; count++) beginRequest(fake, { url: server.url })
    beginRequest(fake, { url: other.url })
    await other.until(({ requests }) => requests.length === 1)
    expect(fake.requests).toMatchObject({ running: 6, waiting: 2 })
    fake.dispose()
    await other.close()
  })
  it('begins the next when one ends, in order', async () => {
    const fake = host('wechat')
    const begun = Array.from({ length: 12 }, (_, turn) => beginRequest(fake, { url: `${server.url}/${turn}` }))
    await server.until(({ requests }) => requests.length === 10)
    begun[3]!.task.abort()
    await server.until(({ requests }) => requests.length === 11)
    expect(server.requests.at(-1)!.path).toBe('/10')
    expect(fake.requests).toMatchObject({ running: 10, waiting: 1 })
  })
  it('takes a request that waits away when it is aborted', async () => {
    const fake = host('wechat')
    const begun = Array.from({ length: 11 }, () => beginRequest(fake, { url: server.url }))
    await server.until(({ requests }) => requests.length === 10)
    begun[10]!.task.abort()
    expect((await begun[10]!.answer).result.errMsg).toBe('request:fail abort')
    expect(fake.requests.waiting).toBe(0)
  })
})

describe('what the background does to requests', () => {
  it.each(['wechat', 'qq'] as const)('interrupts them on %s after 5 s, and begins none until the app is shown', async name => {
    const clock = createTestClock()
    const fake = host(name, { clock })
    const { answer, calls } = beginRequest(fake, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    fake.hide()
    clock.advance(4999)
    await new Promise(resolve => setTimeout(resolve, 1))
    expect(calls).toEqual([])
    clock.advance(1)
    expect((await answer).result).toEqual({ errMsg: 'request:fail interrupted', ...(name === 'wechat' && { errno: 600003 }) })
    expect((await askHost(fake, 'request', { url: server.url })).result).toEqual({ errMsg: 'request:fail createRequestTask:fail:interrupted' })
    fake.show()
    server.use({ chunks: ['{}'] })
    expect((await askHost(fake, 'request', { url: server.url })).calls).toEqual(['success', 'complete'])
  })
  it('interrupts those that wait for their turn, too', async () => {
    const clock = createTestClock()
    const fake = host('wechat', { clock })
    const begun = Array.from({ length: 11 }, () => beginRequest(fake, { url: server.url }))
    await server.until(({ requests }) => requests.length === 10)
    fake.hide()
    clock.advance(5000)
    expect((await begun[10]!.answer).result.errMsg).toBe('request:fail interrupted')
    expect(server.requests.length).toBe(10)
  })
  it('interrupts nothing when the app is back in time', async () => {
    const clock = createTestClock()
    const fake = host('wechat', { clock, backgroundGraceMs: 50 })
    const { calls } = beginRequest(fake, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    fake.hide()
    clock.advance(49)
    fake.show()
    clock.advance(1000)
    await new Promise(resolve => setTimeout(resolve, 1))
    expect([calls, fake.requests.running]).toEqual([[], 1])
  })
  it('lets them go on where nothing is known of it', async () => {
    const clock = createTestClock()
    for (const name of ['douyin', 'alipay', 'baidu'] as const) {
      const fake = host(name, { clock })
      beginRequest(fake, { url: server.url, timeout: 60_000 })
      await server.until(() => fake.requests.running === 1)
      fake.hide()
      clock.advance(6000)
      expect([name, fake.requests.running]).toEqual([name, 1])
    }
  })
  it('destroys an Alipay app after 5 minutes: nothing is called again', async () => {
    const clock = createTestClock()
    // Longer than any timeout, so that it is the background that ends it.
    const fake = host('alipay', { clock })
    const heard: string[] = []
    ;(fake.api.onAppShow as (listener: () => void) => void)(() => heard.push('show'))
    fake.hide()
    clock.advance(299_990)
    const { calls } = beginRequest(fake, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    expect(fake.isDestroyed).toBe(false)
    clock.advance(10)
    await server.until(({ closedSockets }) => closedSockets === 1)
    fake.show()
    expect([fake.isDestroyed, calls, heard]).toEqual([true, [], []])
  })
  it('aborts them with error 1 when an Alipay page changes', async () => {
    const fake = host('alipay')
    const { answer } = beginRequest(fake, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    fake.navigate!()
    expect((await answer).result).toEqual({ error: 1, errorMessage: 'request aborted' })
    expect(host('wechat').navigate).toBeUndefined()
  })
})
