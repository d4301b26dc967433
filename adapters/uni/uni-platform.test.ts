import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import { platformSuite } from '../../sdk/testkit/platform-suite.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { createUniInApp, createUniOnAlipay, replacedWx } from '../frameworks/__fixtures__/uni-stub.js'
import { withGlobals } from '../frameworks/__fixtures__/with-globals.js'
import { createPageFake } from '../web/__fixtures__/page-fake.js'
import { uniPlatform } from './index.js'

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function wxOf(options: WxFakeOptions = {}) {
  const { wx, dispose } = createWxFake(options)
  ends.push(dispose)
  return wx as unknown as Record<string, unknown>
}

const inApp = (chunk?: 'ArrayBuffer' | 'Uint8Array') => uniPlatform(createUniInApp(wxOf(), chunk))

/** An app that has shown with its first request whether it streams, as with its sign-in. */
async function experienced(chunk: 'ArrayBuffer' | 'Uint8Array') {
  const platform = inApp(chunk)
  await recordRequest(platform, { url: 'http://127.0.0.1:1/', stream: false }).settled
  return platform
}

platformSuite('uni in WeChat, whose wx it has replaced', () => withGlobals({ wx: replacedWx(wxOf({ cuts: [2, 1, 3] })) }, () => uniPlatform()), { describe, it })
platformSuite('uni in a browser', () => uniPlatform(createUniInApp(wxOf()), { page: createPageFake() }), { describe, it })
platformSuite('uni in an app whose chunks are buffers', () => experienced('ArrayBuffer'), { describe, it })
platformSuite('uni in an app whose chunks are byte arrays', () => experienced('Uint8Array'), { describe, it })
platformSuite('uni in an app that does not stream', () => inApp(), {
  describe, it,
  gaps: { 'hands over a stream in pieces while it is being sent': 'its tasks cannot listen to chunks' },
})

describe('uniPlatform', () => {
  let server: ByteServer
  beforeAll(async () => void (server = await startByteServer()))
  afterAll(() => server.close())

  it('is the host itself in a mini-program, and uni in a browser and in an app', () => {
    const uni = createUniInApp(wxOf())
    const nameOf = (globals: object) => withGlobals({ uni, ...globals }, () => uniPlatform()).host.name
    expect(nameOf({ wx: replacedWx(wxOf()) })).toBe('wechat')
    expect(nameOf({ my: createHostFake('alipay').api })).toBe('alipay')
    expect(nameOf({ has: createHostFake('harmony').api })).toBe('harmony')
    expect(nameOf({})).toBe('uni')
    expect(uniPlatform(uni, { page: createPageFake() }).host.name).toBe('uni')
    expect(() => uniPlatform()).toThrow(expect.objectContaining({ code: 'platform/unsupported' }))
  })
  it('keeps the numbers of Alipay’s errors, which uni deletes', async () => {
    const { api, dispose } = createHostFake('alipay')
    ends.push(dispose)
    const errors: Record<string, unknown>[] = []
    server.use({ chunks: ['x'], faults: { hang: 1 } })
    await new Promise<void>((resolve) => {
      const task = createUniOnAlipay(api).request({ url: server.url, timeout: 60, fail: (error: Record<string, unknown>) => (errors.push(error), resolve()) })
      // Alipay answers by a promise as well.
      ;(task as Promise<unknown>).catch(() => {})
    })
    expect(errors[0]).not.toHaveProperty('error')
    const platform = withGlobals({ my: api }, () => uniPlatform(createUniOnAlipay(api)))
    const { failure } = await recordRequest(platform, { url: server.url, timeoutMs: 60 }).settled
    expect(failure).toMatchObject({ reason: 'timeout', errno: 13 })
  })
  it('gets a task from a request that without callbacks gives a promise', async () => {
    const uni = createUniInApp(wxOf(), 'Uint8Array')
    server.use({ chunks: ['data: one\n\n', 'data: two\n\n'], faults: { hang: 11 } })
    const bare = uni.request({ url: server.url, timeout: 40 }) as Promise<unknown>
    expect(bare).toBeInstanceOf(Promise)
    await bare.catch(() => {})
    const platform = uniPlatform(uni)
    const [before, turn] = [server.closedSockets, server.requests.length]
    const record = recordRequest(platform, { url: server.url, stream: false })
    await server.until(({ requests }) => requests.length > turn)
    record.stop()
    await server.until(({ closedSockets }) => closedSockets > before)
    expect(platform.capabilities).toMatchObject({ stream: 'bytes', abort: true })
  })
  it('has no sign-in code of its own: which provider signs in is the app’s affair', async () => {
    const platform = inApp()
    expect(platform.signInCode).toBeUndefined()
    expect((await answerOf((done) => platform.invoke!('login', {}, done))).failure?.errMsg).toBe('login:fail provider is missing')
  })
  it('reads a byte array as the text it is', async () => {
    server.use({ chunks: ['你好，舢板'], faults: { split: 1, delay: 1 } })
    const record = await recordRequest(await experienced('Uint8Array'), { url: server.url }).settled
    expect([record.chunks[0] instanceof Uint8Array, bodyText(record)]).toEqual([true, '你好，舢板'])
  })
})
