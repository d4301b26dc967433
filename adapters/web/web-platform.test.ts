import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostSignal } from '../../sdk/platform/platform.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { createPageFake, createStoreFake, type PageFake } from './__fixtures__/page-fake.js'
import { XhrFake } from './__fixtures__/xhr-fake.js'
import { webPlatform } from './index.js'
import { proveHost, putBlob } from '../shared/__fixtures__/prove-host.js'
import { hostFacts } from './web-facts.js'
import type { WebPage } from './web-page.js'

const XMLHttpRequest = XhrFake as unknown as NonNullable<WebPage['XMLHttpRequest']>
const xhrPage = (parts: Partial<WebPage> = {}): PageFake => createPageFake({ fetch: undefined, XMLHttpRequest, ...parts })

const onPage = (page: WebPage) => ({ platform: webPlatform({ page }), putFile: putBlob })

proveHost(hostFacts, {
  '': () => onPage(createPageFake()),
  'over XMLHttpRequest': () => onPage(xhrPage()),
  'without any storage': () => onPage(createPageFake({ localStorage: undefined })),
})

describe('webPlatform', () => {
  it('streams bytes over fetch, and text where fetch cannot be read or aborted', () => {
    const streamOf = (parts: Partial<WebPage>) => webPlatform({ page: createPageFake({ XMLHttpRequest, ...parts }) }).capabilities.stream
    expect(streamOf({})).toBe('bytes')
    expect(streamOf({ AbortController: undefined })).toBe('text')
    expect(streamOf({ Response: class {} as unknown as typeof Response })).toBe('text')
  })
  it('does without a page around it, and says where nothing can make a request', () => {
    expect(webPlatform().capabilities).toMatchObject({ stream: 'bytes', volatileStorage: true })
    expect(() => webPlatform({ page: {} })).toThrow(expect.objectContaining({ code: 'platform/unsupported' }))
  })
  it('counts as a release anywhere but on this machine, unless told', () => {
    const isRelease = (location: WebPage['location'], told?: boolean) => webPlatform({ page: createPageFake({ location }), isRelease: told }).host.isRelease
    for (const hostname of ['localhost', 'shop.localhost', '127.0.0.1', '[::1]']) expect(isRelease({ hostname, protocol: 'http:' })).toBe(false)
    for (const hostname of ['shop.example.com', 'localhost.example.com', '192.168.1.7', '']) expect(isRelease({ hostname, protocol: 'https:' })).toBe(true)
    expect(isRelease({ hostname: '', protocol: 'file:' })).toBe(false)
    expect(isRelease(undefined)).toBe(true)
    expect([isRelease({ hostname: 'localhost', protocol: 'http:' }, true), isRelease(undefined, false)]).toEqual([true, false])
  })
  it('gives more random bytes than a browser gives at a time', async () => {
    const { value } = await answerOf<Uint8Array>((done) => webPlatform({ page: createPageFake() }).randomBytes!(70_000, done))
    expect(value).toHaveLength(70_000)
    expect(value!.subarray(65_536).some((byte) => byte !== 0)).toBe(true)
  })
  it('has no member for what the page lacks', () => {
    const platform = webPlatform({ page: createPageFake({ crypto: undefined, TextDecoder: undefined }) })
    expect('randomBytes' in platform || 'createTextDecoder' in platform).toBe(false)
  })
})

describe('a request of webPlatform', () => {
  let server: ByteServer
  beforeAll(async () => void (server = await startByteServer()))
  afterAll(() => server.close())

  it('fails as offline when the page knows it is', async () => {
    server.use({ faults: { refuse: true } })
    for (const page of [createPageFake, xhrPage]) {
      const reasonOf = async (onLine: boolean) =>
        (await recordRequest(webPlatform({ page: page({ navigator: { onLine } }) }), { url: server.url }).settled).failure?.reason
      expect([await reasonOf(true), await reasonOf(false)]).toEqual(['unknown', 'offline'])
    }
  })
  it('names an address it cannot read', async () => {
    for (const page of [createPageFake(), xhrPage()]) {
      const { calls, failure } = await recordRequest(webPlatform({ page }), { url: 'http://' }).settled
      expect([calls, failure?.reason]).toEqual([['fail'], 'unknown'])
      expect(failure?.errMsg).toBeTruthy()
    }
  })
  it('ends an answer that has no body', async () => {
    server.use({ status: 204 })
    const record = await recordRequest(webPlatform({ page: createPageFake() }), { url: server.url }).settled
    expect([record.calls, record.end?.status]).toEqual([['head', 'end'], 204])
  })
  it('hands over text that was cut inside a character over XMLHttpRequest', async () => {
    server.use({ chunks: ['你好，舢板 🛶'], faults: { split: 1, delay: 1 } })
    const record = await recordRequest(webPlatform({ page: xhrPage() }), { url: server.url }).settled
    expect(record.chunks.length).toBeGreaterThan(1)
    expect(bodyText(record)).toBe('你好，舢板 🛶')
  })
  it('keeps bytes whole over XMLHttpRequest, also where pieces were asked for', async () => {
    server.use({ chunks: [Uint8Array.of(0xff, 0xfe, 0x80)] })
    const record = await recordRequest(webPlatform({ page: xhrPage() }), { url: server.url, binary: true }).settled
    expect([record.chunks.length, [...new Uint8Array(record.end?.body as ArrayBuffer)]]).toEqual([0, [0xff, 0xfe, 0x80]])
  })
  it('is stopped from inside a handler', async () => {
    server.use({ chunks: ['one', 'two'], faults: { delay: 5 } })
    for (const page of [createPageFake(), xhrPage()]) {
      const calls: string[] = []
      const before = server.closedSockets
      const stop = webPlatform({ page }).request({ url: server.url, method: 'GET', headers: {}, stream: true }, {
        onHead: () => (calls.push('head'), stop()),
        onChunk: () => calls.push('chunk'),
        onEnd: () => calls.push('end'),
        onFail: () => calls.push('fail'),
      })
      await server.until(({ closedSockets }) => closedSockets === before + 1)
      expect(calls).toEqual(['head'])
    }
  })
})

describe('storage of webPlatform', () => {
  it('fails with reason quota when it is full, and keeps what was there', async () => {
    const { storage, capabilities } = webPlatform({ page: createPageFake({ localStorage: createStoreFake(40) }) })
    await answerOf<void>((done) => storage.set('a', 'x'.repeat(30), done))
    expect((await answerOf<void>((done) => storage.set('b', 'x'.repeat(30), done))).failure?.reason).toBe('quota')
    expect((await answerOf<void>((done) => storage.set('a', 'y'.repeat(39), done))).failure).toBeNull()
    expect(capabilities).toMatchObject({ volatileStorage: false, storageTotalBytes: 5_242_880 })
  })
  it('reads a storage that was full before the page was opened', async () => {
    const localStorage = createStoreFake(10)
    localStorage.setItem('a', 'x'.repeat(9))
    const { storage, capabilities } = webPlatform({ page: createPageFake({ localStorage }) })
    expect(await answerOf((done) => storage.get('a', done))).toEqual({ failure: null, value: 'x'.repeat(9) })
    expect(capabilities.volatileStorage).toBe(false)
  })
  it('is memory in a private window that takes nothing, and where a site’s data is blocked', async () => {
    const blocked = Object.defineProperty(createPageFake(), 'localStorage', {
      get() {
        throw new DOMException('Access is denied for this document.', 'SecurityError')
      },
    })
    for (const page of [blocked, createPageFake({ localStorage: createStoreFake(0) })]) {
      const { storage, capabilities } = webPlatform({ page })
      expect(capabilities).toMatchObject({ volatileStorage: true })
      expect(capabilities.storageTotalBytes).toBeUndefined()
      await answerOf<void>((done) => storage.set('a', 'b', done))
      expect((await answerOf((done) => storage.get('a', done))).value).toBe('b')
    }
  })
  it('leaves no trace of its probe', () => {
    const localStorage = createStoreFake()
    webPlatform({ page: createPageFake({ localStorage }) })
    expect(localStorage.length).toBe(0)
  })
  it('has written when the call returns, as a page that is left has no later', () => {
    const localStorage = createStoreFake()
    let isDone = false
    webPlatform({ page: createPageFake({ localStorage }) }).storage.set('a', 'b', () => (isDone = true))
    expect([isDone, localStorage.getItem('a')]).toEqual([true, 'b'])
  })
})

describe('signals of webPlatform', () => {
  const listenTo = (page: PageFake): { heard: HostSignal[]; stop: () => void } => {
    const heard: HostSignal[] = []
    return { heard, stop: webPlatform({ page }).onSignal((signal) => heard.push(signal)) }
  }
  it('tells when the tab goes to the background and comes back', () => {
    const page = createPageFake()
    const { heard } = listenTo(page)
    page.setVisible(false)
    page.setVisible(true)
    expect(heard).toEqual(['hide', 'show'])
  })
  it('tells once that the page is left, and again when it comes out of the history', () => {
    const page = createPageFake()
    const { heard } = listenTo(page)
    page.fire('pagehide')
    page.setVisible(false)
    expect(heard).toEqual(['hide'])
    page.setVisible(true)
    page.fire('pageshow')
    expect(heard).toEqual(['hide', 'show'])
  })
  it('tells of the network, and nothing once it is left', () => {
    const page = createPageFake()
    const { heard, stop } = listenTo(page)
    page.fire('offline')
    page.fire('online')
    stop()
    page.fire('offline')
    page.setVisible(false)
    expect([heard, page.listenerCount]).toEqual([['offline', 'online'], 0])
  })
})
