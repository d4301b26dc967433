import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { createHostFake, type HostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName, HostFakeOptions } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { ALL_HOSTS, HOST_NAMES } from './__fixtures__/all-hosts.js'

// The worst traps of streaming in mini-programs, as far as an adapter meets them, on every host that has them.

const EVENT = 'data: 你好，舢板 🛶\n\n'
const LONG = EVENT.repeat(90)

let server: ByteServer
const fakes: HostFake[] = []
beforeEach(async () => void (server = await startByteServer()))
afterEach(async () => {
  fakes.splice(0).forEach((fake) => fake.dispose())
  await server.close()
})

function phone(name: HostFakeName, options?: HostFakeOptions): { fake: HostFake; platform: Platform } {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return { fake, platform: ALL_HOSTS[name].make(fake.api) }
}
const stream = (platform: Platform) => recordRequest(platform, { url: server.url })

describe('trap 1, characters split across chunks', () => {
  it('hands bytes over as they came, to be decoded once by whoever has all of them', async () => {
    server.use({ chunks: [EVENT] })
    for (const name of ['wechat', 'xiaohongshu', 'harmony'] as const) {
      const record = await stream(phone(name, { cuts: [1] }).platform).settled
      expect([record.chunks.length, bodyText(record)]).toEqual([Buffer.byteLength(EVENT), EVENT])
    }
  })
  it('says that Baidu decodes each chunk by itself, so that the server is asked for ASCII', async () => {
    server.use({ chunks: ['data: {"text":"\\u4f60\\u597d"}\n\n'] })
    const { platform } = phone('baidu', { cuts: [1] })
    expect(platform.capabilities.stream).toBe('text')
    expect(bodyText(await stream(platform).settled)).toBe('data: {"text":"\\u4f60\\u597d"}\n\n')
  })
})

describe('trap 4, the background cuts every call', () => {
  it('calls it suspended in WeChat and in QQ', async () => {
    server.use({ chunks: [EVENT], faults: { hang: 6 } })
    for (const name of ['wechat', 'qq'] as const) {
      const { fake, platform } = phone(name, { backgroundGraceMs: 1 })
      const turn = server.requests.length
      const record = stream(platform)
      await server.until(({ requests }) => requests.length > turn)
      fake.hide()
      expect((await record.settled).failure?.reason).toBe('suspended')
    }
  })
})

describe('trap 5, a ceiling far below an answer', () => {
  it('asks for all a host gives, whose default is lower, and never for more than it takes', () => {
    const timeouts = (name: HostFakeName) =>
      [undefined, 600_000, 1_000].map((timeoutMs) => {
        let asked: { timeout?: number } = {}
        recordRequest(ALL_HOSTS[name].make({ request: (option: object) => void (asked = option) }), { url: 'https://a.example', timeoutMs }).stop()
        return asked.timeout
      })
    for (const name of ['alipay', 'baidu', 'douyin'] as const) expect(timeouts(name)).toEqual([60_000, 60_000, 1_000])
    expect(timeouts('wechat')).toEqual([undefined, 600_000, 1_000])
  })
})

describe('trap 6, one method and several payloads', () => {
  it.each(['xiaohongshu', 'harmony', 'qq', 'jd', 'kuaishou', 'feishu'] as const)('learns from the first chunk what %s gives', async (name) => {
    server.use({ chunks: ['data: x\n\n'] })
    for (const chunks of ['bytes', 'text'] as const) {
      const { platform } = phone(name, { chunks })
      await recordRequest(platform, { url: server.url, stream: false }).settled
      expect(bodyText(await stream(platform).settled)).toBe('data: x\n\n')
      expect(platform.capabilities.stream).toBe(chunks)
    }
  })
})

describe('trap 7, an error where a stream was asked for', () => {
  it('is an answer with status and body in pieces, whole, or in a failure that carries it', async () => {
    server.use({ status: 429, chunks: ['{"error":"slow down"}'], headers: { 'content-type': 'application/json' } })
    for (const name of HOST_NAMES) {
      const record = await stream(phone(name).platform).settled
      expect([name, record.end?.status, bodyText(record)]).toEqual([name, 429, '{"error":"slow down"}'])
    }
  })
  it('is a failure with reason http where the host keeps it to itself', async () => {
    server.use({ status: 401, chunks: ['no'] })
    const alipay = await stream(phone('alipay', { bugs: { bareHttpError: true } }).platform).settled
    const baidu = await stream(phone('baidu', { platform: 'ios' }).platform).settled
    expect([alipay.failure?.reason, baidu.failure?.reason]).toEqual(['http', 'http'])
  })
})

describe('trap 8, a stream that comes whole at the end', () => {
  const learned = async (options: HostFakeOptions) => {
    const { platform } = phone('wechat', options)
    const record = await stream(platform).settled
    expect(record.end?.body).toBeTruthy()
    return platform.capabilities.stream
  }
  const WHOLE: HostFakeOptions = { platform: 'windows', bugs: { pcWholeBody: true } }
  it('shows that a client has none, which is not tried again', async () => {
    server.use({ chunks: [LONG], headers: { 'content-type': 'text/event-stream' } })
    expect(await learned(WHOLE)).toBe('none')
    server.use({ chunks: [LONG], headers: { 'content-type': 'application/x-ndjson' } })
    expect(await learned(WHOLE)).toBe('none')
  })
  it('shows nothing where it is short, no stream, an error, or of known length', async () => {
    const type = { 'content-type': 'text/event-stream' }
    const answers = [
      { chunks: [EVENT], headers: type },
      { chunks: [LONG], headers: { 'content-type': 'application/json' } },
      { status: 500, chunks: [LONG], headers: type },
      { chunks: [LONG], headers: { ...type, 'content-length': String(Buffer.byteLength(LONG)) } },
    ]
    for (const answer of answers) {
      server.use(answer)
      expect(await learned(WHOLE)).toBe('bytes')
    }
  })
  it('is the same evidence on every host that streams like WeChat', async () => {
    for (const name of ['xiaohongshu', 'baidu', 'harmony', 'qq'] as const) {
      const api = {
        getSystemInfoSync: () => ({ SDKVersion: '99.0.0' }),
        request({ success }: any) {
          success({ data: LONG, statusCode: 200, header: { 'Content-Type': 'text/event-stream' } })
          return { onChunkReceived() {}, abort() {} }
        },
      }
      const platform = ALL_HOSTS[name].make(api)
      // The first tells QQ that there is a listener to try.
      for (const isStream of [false, true, false]) await recordRequest(platform, { url: 'https://a.example', stream: isStream }).settled
      expect([name, platform.capabilities.stream]).toEqual([name, 'none'])
    }
  })
})

describe('trap 9, two streams that mix up', () => {
  it('lets one at a time run wherever nobody has shown better', () => {
    expect(HOST_NAMES.filter((name) => phone(name).platform.capabilities.maxStreams !== 1)).toEqual(['baidu'])
  })
})

describe('trap 10, a listener that comes too late', () => {
  it('is attached before request returns, on every host that may have one', () => {
    for (const name of HOST_NAMES.filter((each) => !['alipay', 'douyin', 'qq', 'jd', 'kuaishou', 'feishu'].includes(each))) {
      const attached: string[] = []
      const task = { onHeadersReceived: () => attached.push('head'), onChunkReceived: () => attached.push('chunk'), abort() {} }
      const api = { getSystemInfoSync: () => ({ SDKVersion: '99.0.0' }), request: () => task }
      recordRequest(ALL_HOSTS[name].make(api), { url: 'https://a.example' })
      expect([name, ...attached]).toEqual([name, 'head', 'chunk'])
    }
  })
})

describe('trap 11, an abort that aborts nothing', () => {
  it('silences what a host still sends, and is told in a flag where a task has none', () => {
    for (const name of HOST_NAMES) {
      let late: any
      const api = { getSystemInfoSync: () => ({ SDKVersion: '99.0.0' }), request: (option: object) => ((late = option), {}) }
      const platform = ALL_HOSTS[name].make(api)
      const record = recordRequest(platform, { url: 'https://a.example', stream: false })
      record.stop()
      late.success({ data: 'late', statusCode: 200, header: {} })
      late.fail({ errMsg: 'request:fail abort' })
      expect([name, record.calls, platform.capabilities.abort]).toEqual([name, [], false])
    }
  })
})

describe('trap 13, a global that is there in the tool and not on the phone', () => {
  it('is not asked for: every host is the object it is handed, and no adapter concludes from a name', () => {
    const { host, capabilities } = ALL_HOSTS.feishu.make(createHostFake('feishu').api)
    expect([host.name, capabilities.stream]).toEqual(['feishu', 'none'])
    for (const name of HOST_NAMES) expect(() => ALL_HOSTS[name].make()).toThrow(expect.objectContaining({ code: 'platform/unsupported', message: `There is no ${name} here` }))
  })
})

describe('trap 15, most hosts do not stream', () => {
  it('says so before anything was tried', () => {
    const streams = HOST_NAMES.map((name) => [name, phone(name).platform.capabilities.stream])
    expect(Object.fromEntries(streams)).toEqual({
      wechat: 'bytes', alipay: 'none', douyin: 'events', baidu: 'text', qq: 'none', jd: 'none', kuaishou: 'none', xiaohongshu: 'bytes', feishu: 'none', harmony: 'bytes',
    })
  })
  it('tries a stream once a plain request has shown a listener, and gives it up for good where none comes', async () => {
    server.use({ chunks: [LONG], headers: { 'content-type': 'text/event-stream' } })
    for (const name of ['alipay', 'qq', 'jd', 'kuaishou', 'feishu'] as const) {
      const listeners: unknown[] = []
      const task = { abort() {}, onChunkReceived: (listener: unknown) => listeners.push(listener) }
      const api = { request: ({ success }: any) => (setImmediate(() => success({ data: LONG, statusCode: 200, header: { 'content-type': 'text/event-stream' } })), task) }
      const platform = ALL_HOSTS[name].make(api)
      const seen = [platform.capabilities.stream]
      for (const isStream of [false, true, false]) {
        await recordRequest(platform, { url: 'https://a.example', stream: isStream }).settled
        seen.push(platform.capabilities.stream)
      }
      expect([name, seen, listeners.length]).toEqual([name, ['none', 'bytes', 'none', 'none'], 1])
    }
  })
})
