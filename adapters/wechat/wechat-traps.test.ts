import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HostSignal, Platform, SignInCode } from '../../sdk/platform/platform.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { wechatPlatform } from './index.js'

// One test a trap: what real WeChat clients were seen to do, and what must come of it.

const TWO_EVENTS = ['data: one\n\n', 'data: two\n\n']
const ONE_EVENT = TWO_EVENTS[0]!.length

let server: ByteServer
const fakes: WxFake[] = []
beforeEach(async () => void (server = await startByteServer()))
afterEach(async () => {
  fakes.splice(0).forEach((fake) => fake.dispose())
  await server.close()
})

function phone(options: WxFakeOptions = {}) {
  const fake = createWxFake(options)
  fakes.push(fake)
  return { fake, platform: wechatPlatform(fake.wx) }
}

/** Some turns of the event loop, for what must not come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a stream in WeChat', () => {
  it('is listened to before request returns, as the first chunk may come in the next turn', () => {
    const attached: string[] = []
    const task = { onHeadersReceived: () => attached.push('head'), onChunkReceived: () => attached.push('chunk'), abort() {} }
    handMade({ request: () => task }).request({ url: 'https://a.example', method: 'GET', headers: {}, stream: true }, { onEnd() {}, onFail() {} })
    expect(attached).toEqual(['head', 'chunk'])
  })
  it('ends with the status of its head where a Mac says NaN, and with none where nobody said one', async () => {
    server.use({ status: 202, chunks: TWO_EVENTS })
    const statusOf = async (noHeaders: boolean) => {
      const { platform } = phone({ platform: 'mac', bugs: { macNaNStatus: true, noHeaders } })
      return (await recordRequest(platform, { url: server.url }).settled).end?.status
    }
    expect([await statusOf(false), await statusOf(true)]).toEqual([202, undefined])
  })
  it('is one whole body on Windows, handed over once', async () => {
    server.use({ chunks: TWO_EVENTS })
    const { platform } = phone({ platform: 'windows', bugs: { pcWholeBody: true } })
    const record = await recordRequest(platform, { url: server.url }).settled
    expect([record.chunks, record.end?.body]).toEqual([[], TWO_EVENTS.join('')])
  })
  it('does not trust what stands in success behind the chunks', async () => {
    const record = recordRequest(
      handMade({
        request({ success }: any) {
          setTimeout(() => success({ data: 'the whole again', statusCode: 200, header: {} }), 1)
          return { onChunkReceived: (listener: any) => listener({ data: new Uint8Array([111, 107]).buffer }) }
        },
      }),
      { url: 'https://a.example' },
    )
    expect(bodyText(await record.settled)).toBe('ok')
  })
  it('leaves a network that iOS drops in silence to the watchdog', async () => {
    server.use({ chunks: TWO_EVENTS, faults: { reset: ONE_EVENT, delay: 5 } })
    const { platform } = phone({ platform: 'ios', bugs: { iosSilentDrop: true } })
    const record = await recordRequest(platform, { url: server.url }).started
    await server.until(({ openSockets }) => openSockets === 0)
    await turns()
    expect(record.calls).toEqual(['head', 'chunk'])
    record.stop()
    await turns()
    expect(record.calls).toEqual(['head', 'chunk'])
  })
  it('drops what the developer tool still sends after an abort', async () => {
    server.use({ chunks: [...TWO_EVENTS, ...TWO_EVENTS], faults: { delay: 5 } })
    const { fake, platform } = phone({ platform: 'devtools', bugs: { simulatorNoAbort: true } })
    const record = await recordRequest(platform, { url: server.url }).started
    const calls = [...record.calls]
    record.stop()
    await vi.waitFor(() => expect(fake.requests.running).toBe(0), 10_000)
    await turns()
    expect(server.requests[0]).toMatchObject({ isClosedByClient: false, bytesSent: 4 * ONE_EVENT })
    expect(record.calls).toEqual(calls)
  })
  it('is asked for once only where enableChunked makes request throw', async () => {
    server.use({ chunks: TWO_EVENTS })
    const { fake, platform } = phone({ platform: 'windows', bugs: { enableChunkedThrows: true } })
    const asked = vi.spyOn(fake.wx, 'request')
    for (const _turn of [1, 2]) expect(bodyText(await recordRequest(platform, { url: server.url }).settled)).toBe(TWO_EVENTS.join(''))
    expect(asked.mock.calls.map(([options]) => 'enableChunked' in options)).toEqual([true, false, false])
    expect(platform.capabilities.stream).toBe('none')
  })
  it('is given up where request returns no task, with all that hangs on one', async () => {
    server.use({ chunks: TWO_EVENTS })
    const { platform } = phone({ bugs: { noRequestTask: true } })
    expect(platform.capabilities).toMatchObject({ stream: 'bytes', abort: true, earlyHeaders: true })
    await recordRequest(platform, { url: server.url }).settled
    expect(platform.capabilities).toMatchObject({ stream: 'none', abort: false, earlyHeaders: false })
    expect(bodyText(await recordRequest(platform, { url: server.url }).settled)).toBe(TWO_EVENTS.join(''))
  })
  it('waits for no head from a client that has shown it tells none', async () => {
    server.use({ chunks: TWO_EVENTS })
    const { platform } = phone({ bugs: { noHeaders: true } })
    const record = await recordRequest(platform, { url: server.url }).settled
    expect([record.calls.includes('head'), record.end?.status, platform.capabilities.earlyHeaders]).toEqual([false, 200, false])
  })
  it('is one at a time, as iOS 8.0.54 gives the chunks of two to one listener', () => {
    expect(phone({ platform: 'ios' }).platform.capabilities.maxStreams).toBe(1)
  })
  it('streams from 2.20.2 on, compared as numbers', () => {
    const streamIn = (sdkVersion: string) => phone({ sdkVersion }).platform.capabilities.stream
    expect(['2.20.1', '2.19.9', ''].map(streamIn)).toEqual(['none', 'none', 'none'])
    expect(['2.20.2', '2.21.0', '3.7.0', '10.0.0'].map(streamIn)).toEqual(['bytes', 'bytes', 'bytes', 'bytes'])
  })
  it('ends once where a client calls both success and fail', async () => {
    const record = recordRequest(
      handMade({
        request({ success, fail }: any) {
          success({ data: 'ok', statusCode: 200, header: {} })
          fail({ errMsg: 'request:fail interrupted' })
          success({ data: 'again', statusCode: 200, header: {} })
        },
      }),
      { url: 'https://a.example' },
    )
    expect((await record.settled).calls).toEqual(['end'])
  })
})

describe('a request in WeChat', () => {
  it('asks for text, so that a JSON body is not parsed and a long number not rounded', async () => {
    server.use({ chunks: ['{"id":12345678901234567890}'], headers: { 'content-type': 'application/json' } })
    const record = await recordRequest(phone().platform, { url: server.url, stream: false }).settled
    expect(record.end?.body).toBe('{"id":12345678901234567890}')
  })
  it('passes a timeout beyond the documented minute on, as some clients honour it', () => {
    const { fake, platform } = phone()
    const asked = vi.spyOn(fake.wx, 'request')
    recordRequest(platform, { url: server.url, timeoutMs: 120_000 }).stop()
    expect(asked.mock.calls[0]![0]).toMatchObject({ timeout: 120_000 })
    expect(platform.capabilities.maxRequestMs).toBe(60_000)
  })
  it('names a domain that is not on the list', async () => {
    const { platform } = phone({ domains: ['ai.example.com'] })
    expect((await recordRequest(platform, { url: server.url }).settled).failure).toMatchObject({ reason: 'domain-not-allowed', errno: 600002 })
  })
  it('fails as suspended when the app is hidden too long, and until it is shown', async () => {
    server.use({ chunks: TWO_EVENTS, faults: { hang: ONE_EVENT } })
    const { fake, platform } = phone({ backgroundGraceMs: 1 })
    const record = await recordRequest(platform, { url: server.url }).started
    fake.hide()
    expect((await record.settled).failure?.reason).toBe('suspended')
    expect((await recordRequest(platform, { url: server.url }).settled).failure?.reason).toBe('suspended')
    fake.show()
    server.use({ chunks: ['back'] })
    expect(bodyText(await recordRequest(platform, { url: server.url }).settled)).toBe('back')
  })
  it('fails as offline when the network goes, on a stream and at the start', async () => {
    server.use({ chunks: TWO_EVENTS, faults: { hang: ONE_EVENT } })
    const { fake, platform } = phone()
    const record = await recordRequest(platform, { url: server.url }).started
    fake.setOnline(false)
    expect((await record.settled).failure?.reason).toBe('offline')
    expect((await recordRequest(platform, { url: server.url }).settled).failure?.reason).toBe('offline')
  })
})

describe('the developer tool', () => {
  it('is told apart, its lies are in the flags, and they are said once', async () => {
    vi.resetModules()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { wechatPlatform: fresh } = await import('./index.js')
    const fake = createWxFake({ platform: 'devtools' })
    for (const _turn of [1, 2]) {
      const { host, capabilities } = fresh(fake.wx)
      expect(host).toMatchObject({ isSimulator: true, isRelease: false })
      expect(capabilities).toMatchObject({ abort: false, earlyHeaders: false })
    }
    expect(warn.mock.calls.map(([text]) => String(text).includes('DevTools'))).toEqual([true])
    warn.mockRestore()
  })
  it('shows a head without a status, and the status at the end', async () => {
    server.use({ status: 401, chunks: ['no'], headers: { 'content-type': 'text/plain' } })
    const { head, end } = await recordRequest(phone({ platform: 'devtools' }).platform, { url: server.url }).settled
    expect([head?.status, head?.headers['content-type'], end?.status]).toEqual([undefined, 'text/plain', 401])
  })
})

describe('a build of WeChat', () => {
  it('counts as a release if WeChat says so, and where it does not say', () => {
    const isRelease = (options: WxFakeOptions) => phone(options).platform.host.isRelease
    expect([isRelease({ envVersion: 'develop' }), isRelease({ envVersion: 'trial' }), isRelease({ envVersion: 'release' })]).toEqual([false, false, true])
    expect(isRelease({ without: ['getAccountInfoSync'] })).toBe(true)
  })
  it('is described by the old call where the new ones are missing', () => {
    const { host, capabilities } = phone({ sdkVersion: '2.20.3', platform: 'devtools', without: ['getAppBaseInfo', 'getDeviceInfo'] }).platform
    expect([host.version, host.isSimulator, capabilities.stream]).toEqual(['2.20.3', true, 'bytes'])
  })
  it('is the global wx by default, and says where there is none', () => {
    expect(() => wechatPlatform()).toThrow(expect.objectContaining({ code: 'platform/unsupported' }))
    vi.stubGlobal('wx', createWxFake().wx)
    expect(wechatPlatform().host.name).toBe('wechat')
    vi.unstubAllGlobals()
  })
})

describe('storage in WeChat', () => {
  it('answers undefined for a missing key, whether the client fails or gives the empty text', async () => {
    const asFailure = phone().platform.storage
    const asText = phone({ apis: { getStorage: () => ({ data: '' }) } }).platform.storage
    for (const storage of [asFailure, asText]) {
      expect(await answerOf((done) => storage.get('absent', done))).toEqual({ failure: null, value: undefined })
    }
  })
  it('does not take a failure to read for a missing key', async () => {
    const getStorage = (): never => {
      throw Object.assign(new Error(), { errMsg: 'getStorage:fail internal error' })
    }
    const { storage } = phone({ apis: { getStorage } }).platform
    await answerOf<void>((done) => storage.set('there', 'x', done))
    expect((await answerOf((done) => storage.get('there', done))).failure?.errMsg).toContain('internal error')
  })
  it('does not hand over what another part of the app stored as an object', async () => {
    const { fake, platform } = phone()
    fake.wx['setStorageSync']!('theirs' as never, { a: 1 } as never)
    expect((await answerOf((done) => platform.storage.get('theirs', done))).failure?.reason).toBe('unknown')
  })
  it('fails with reason quota above one megabyte a key and ten in all', async () => {
    const { storage, capabilities } = phone().platform
    const set = async (key: string, bytes: number) => (await answerOf<void>((done) => storage.set(key, 'x'.repeat(bytes), done))).failure?.reason
    expect(await set('large', capabilities.storageKeyBytes! + 1)).toBe('quota')
    const reasons = []
    for (let index = 0; index < 11; index++) reasons.push(await set(`part${index}`, capabilities.storageKeyBytes! - 2))
    expect(reasons).toEqual([...Array.from({ length: 10 }, () => undefined), 'quota'])
  })
})

describe('sign-in at WeChat', () => {
  const signIn = (platform: Platform) => answerOf<SignInCode>((done) => platform.signInCode!(done))
  it('asks for one code after the other, as a new one may end the session of the last', async () => {
    const { fake, platform } = phone()
    const answers = await Promise.all([signIn(platform), signIn(platform), signIn(platform)])
    expect(fake.overlappingLogins).toBe(0)
    expect(answers.map(({ value }) => fake.redeem(value!.code))).toEqual([true, true, true])
  })
  it('goes on to the next caller after a failure', async () => {
    let turn = 0
    const login = ({ success, fail }: any) => setTimeout(() => (turn++ ? success({ code: 'good' }) : fail({ errMsg: 'login:fail timeout', errno: 5 })), 0)
    const platform = handMade({ login })
    const [first, second] = await Promise.all([signIn(platform), signIn(platform)])
    expect([first?.failure?.reason, second?.value]).toEqual(['timeout', { code: 'good' }])
  })
  it('goes on to the next caller after one that throws', async () => {
    const login = ({ success }: any): void => success({ code: 'good' })
    const platform = handMade({ login })
    const thrower = (): never => {
      throw new Error('the app’s own')
    }
    expect(() => platform.signInCode!(thrower)).toThrow('the app’s own')
    expect((await signIn(platform)).value?.code).toBe('good')
  })
  it('does not take an answer without a code for one', async () => {
    const login = ({ success }: any): void => success({ errMsg: 'login:ok' })
    expect((await signIn(handMade({ login }))).failure?.errMsg).toBe('no code')
  })
  it('is not offered where there is no login', () => {
    expect(phone({ without: ['login'] }).platform.signInCode).toBeUndefined()
  })
})

describe('signals of WeChat', () => {
  it('are the five of the port', () => {
    const { fake, platform } = phone()
    const heard: HostSignal[] = []
    platform.onSignal((signal) => heard.push(signal))
    fake.hide()
    fake.show()
    fake.setOnline(false)
    fake.setOnline(true)
    fake.warnMemory()
    expect(heard).toEqual(['hide', 'show', 'offline', 'online', 'memory-warning'])
  })
  it('are left without taking the app’s own listeners away', () => {
    const { fake, platform } = phone()
    fake.wx['onAppHide']!((() => {}) as never)
    const stop = platform.onSignal(() => {})
    expect(fake.listenerCount('AppHide')).toBe(2)
    stop()
    stop()
    expect(['AppHide', 'AppShow', 'NetworkStatusChange', 'MemoryWarning'].map(fake.listenerCount)).toEqual([1, 0, 0, 0])
  })
  it('fall silent where a client has no off', () => {
    const { fake, platform } = phone({ without: ['offAppShow'] })
    const heard: HostSignal[] = []
    platform.onSignal((signal) => heard.push(signal))()
    fake.show()
    expect(heard).toEqual([])
  })
  it('never include the privacy listener, of which the last one registered wins', async () => {
    server.use({ chunks: ['ok'] })
    const { fake, platform } = phone()
    platform.onSignal(() => {})
    await recordRequest(platform, { url: server.url }).settled
    await answerOf<SignInCode>((done) => platform.signInCode!(done))
    await answerOf((done) => platform.invoke!('requirePrivacyAuthorize', {}, done))
    expect(fake.listenerCount('NeedPrivacyAuthorization')).toBe(0)
  })
})

describe('random bytes in WeChat', () => {
  it('are not offered where the client has none', () => {
    expect(phone({ without: ['getRandomValues'] }).platform.randomBytes).toBeUndefined()
  })
})

/** A `wx` of these few members, of today's version. */
function handMade(members: object): Platform {
  const wx = { request() {}, getAppBaseInfo: () => ({ SDKVersion: '3.7.0' }), getDeviceInfo: () => ({ platform: 'ios' }), ...members }
  return wechatPlatform(wx)
}
