import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { createUniInApp, createUniOnAlipay, replacedWx } from '../frameworks/__fixtures__/uni-stub.js'
import { withGlobals } from '../frameworks/__fixtures__/with-globals.js'
import { createPageFake } from '../web/__fixtures__/page-fake.js'
import { proveHost, putBlob, type TriedClient } from '../shared/__fixtures__/prove-host.js'
import { uniPlatform } from './index.js'
import { hostFacts } from './uni-facts.js'

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function fakeOf(options: WxFakeOptions = {}): WxFake {
  const fake = createWxFake(options)
  ends.push(fake.dispose)
  return fake
}
const wxOf = (options?: WxFakeOptions) => fakeOf(options).wx as unknown as Record<string, unknown>

/** A client on a phone of its own. */
async function client(make: (fake: WxFake) => Platform | Promise<Platform>, options?: WxFakeOptions): Promise<TriedClient> {
  const fake = fakeOf(options)
  return { platform: await make(fake), putFile: (bytes) => fake.addFile(bytes) }
}

const uniInApp = ({ wx }: WxFake, chunk?: 'ArrayBuffer' | 'Uint8Array') => uniPlatform(createUniInApp(wx as never, chunk))
const inApp = () => uniInApp(fakeOf())

/** An app that has shown with its first request whether it streams, as with its sign-in. */
async function experienced(chunk: 'ArrayBuffer' | 'Uint8Array', fake = fakeOf()) {
  const platform = uniInApp(fake, chunk)
  await recordRequest(platform, { url: 'http://127.0.0.1:1/', stream: false }).settled
  return platform
}

proveHost(hostFacts, {
  '': () => client(uniInApp),
  'in WeChat, whose wx it has replaced': () => client(({ wx }) => withGlobals({ wx: replacedWx(wx as never) }, () => uniPlatform()), { cuts: [2, 1, 3] }),
  'in a browser': async () => ({ ...(await client(({ wx }) => uniPlatform(createUniInApp(wx as never), { page: createPageFake() }))), putFile: putBlob }),
  'in an app whose chunks are buffers': () => client((fake) => experienced('ArrayBuffer', fake)),
  'in an app whose chunks are byte arrays': () => client((fake) => experienced('Uint8Array', fake)),
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
