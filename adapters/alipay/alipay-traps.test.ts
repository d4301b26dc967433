import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'
import { recordSocket } from '../shared/__fixtures__/socket-record.js'
import { alipayPlatform } from './index.js'

// What sets Alipay apart, and what must come of it.

let server: ByteServer
beforeEach(async () => void (server = await startByteServer()))
afterEach(() => server.close())

const { phone, knowing } = hostPhones('alipay', alipayPlatform)

describe('a request in Alipay', () => {
  it('is an answer with status and body, whether an HTTP error comes as a failure or as a success', async () => {
    server.use({ status: 401, chunks: ['{"error":"no"}'], headers: { 'content-type': 'application/json', 'Retry-After': '3' } })
    for (const httpErrorInSuccess of [false, true]) {
      const { end, calls } = await recordRequest(phone({ bugs: { httpErrorInSuccess } }).platform, { url: server.url, stream: false }).settled
      expect([calls.at(-1), end?.status, end?.headers['retry-after'], end?.body]).toEqual(['end', 401, '3', '{"error":"no"}'])
    }
  })
  it('fails with reason http where Alipay keeps an HTTP error to itself', async () => {
    server.use({ status: 503, chunks: ['busy'] })
    const { failure } = await recordRequest(phone({ bugs: { bareHttpError: true } }).platform, { url: server.url }).settled
    expect(failure).toMatchObject({ reason: 'http', errno: 19 })
  })
  it('is suspended, not failed, by a change of page', async () => {
    server.use({ chunks: ['one'], faults: { hang: 1 } })
    const { fake, platform } = phone()
    const record = recordRequest(platform, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    fake.navigate!()
    expect((await record.settled).failure).toMatchObject({ reason: 'suspended', errno: 1 })
  })
  it('tells by number why it failed', async () => {
    const reasonOf = async (error: number, errorMessage = 'x') => {
      const my = { request: ({ fail }: any) => void fail({ error, errorMessage }) }
      return (await recordRequest(alipayPlatform(my), { url: 'https://a.example' }).settled).failure?.reason
    }
    expect(await Promise.all([1, 2, 11, 12, 13, 14].map((error) => reasonOf(error)))).toEqual(['suspended', 'unsupported', 'domain-not-allowed', 'offline', 'timeout', 'unknown'])
    expect([await reasonOf(19, 'http status error'), await reasonOf(19, 'SSL certificate error')]).toEqual(['http', 'tls'])
  })
  it('reads the number of another API by another list', async () => {
    const my = { request() {}, getLocation: ({ fail }: any) => void fail({ error: 11, errorMessage: 'location services are off' }) }
    expect((await answerOf((done) => alipayPlatform(my).invoke!('getLocation', {}, done))).failure).toMatchObject({ reason: 'unknown', errno: 11 })
  })
  it('asks for text, so that what is no JSON does not fail as error 14', async () => {
    server.use({ chunks: ['data: {"a":1}\n\n'] })
    const { end } = await recordRequest(phone().platform, { url: server.url }).settled
    expect(end?.body).toBe('data: {"a":1}\n\n')
  })
  it('asks for the minute Alipay allows, as its default is half of that, and for no more', () => {
    const asked: { timeout?: number }[] = []
    const platform = alipayPlatform({ request: (option) => void asked.push(option) })
    for (const timeoutMs of [undefined, 600_000, 5_000]) recordRequest(platform, { url: 'https://a.example', timeoutMs }).stop()
    expect(asked.map(({ timeout }) => timeout)).toEqual([60_000, 60_000, 5_000])
  })
  it('streams nothing, and is known to before the first stream', async () => {
    const { platform } = await knowing()
    expect(platform.capabilities.stream).toBe('none')
  })
})

describe('storage in Alipay', () => {
  it('is full by its numbers, for a key and in all, and keeps what it had', async () => {
    const { storage, capabilities } = phone().platform
    const set = async (key: string, value: string) => (await answerOf<void>((done) => storage.set(key, value, done))).failure
    expect(await set('key', 'first')).toBeNull()
    expect(await set('key', 'x'.repeat(capabilities.storageKeyBytes! + 1))).toMatchObject({ reason: 'quota', errno: 14 })
    expect(await answerOf((done) => storage.get('key', done))).toEqual({ failure: null, value: 'first' })
    const failures = []
    for (let index = 0; index < 60; index++) failures.push(await set(`part${index}`, 'x'.repeat(190_000)))
    expect(failures.find(Boolean)).toMatchObject({ reason: 'quota', errno: 12 })
  })
  it('takes an object and answers in APDataStorage where only the synchronous API is there', async () => {
    const without = ['getStorage', 'setStorage', 'removeStorage', 'getStorageInfo']
    for (const apDataStorage of [false, true]) {
      const { storage, capabilities } = phone({ without, bugs: { apDataStorage } }).platform
      expect((await answerOf<void>((done) => storage.set('key', '值', done))).failure).toBeNull()
      expect((await answerOf((done) => storage.get('key', done))).value).toBe('值')
      expect((await answerOf<void>((done) => storage.set('key', 'x'.repeat(capabilities.storageKeyBytes! + 1), done))).failure?.reason).toBe('quota')
      expect((await answerOf((done) => storage.get('key', done))).value).toBe('值')
    }
  })
})

describe('signing in at Alipay', () => {
  it('gives the authCode of getAuthCode, asked for without a window', async () => {
    const asked: object[] = []
    const my = { request() {}, getAuthCode: ({ success, ...rest }: any) => (asked.push(rest), success({ authCode: 'auth-1' })) }
    expect((await answerOf((done) => alipayPlatform(my).signInCode!(done))).value).toEqual({ code: 'auth-1' })
    expect(asked).toEqual([expect.objectContaining({ scopes: 'auth_base', timeout: 10_000 })])
  })
})

describe('the global socket of an old Alipay', () => {
  /** A `my` that knows no SocketTask: one connection, global events. */
  function oldAlipay() {
    const heard = new Map<string, Set<(report: object) => void>>()
    const of = (event: string) => heard.get(event) ?? heard.set(event, new Set()).get(event)!
    const sent: object[] = []
    const my: Record<string, unknown> = { request() {}, connectSocket: (option: object) => void sent.push(option), sendSocketMessage: (what: object) => void sent.push(what), closeSocket: () => void sent.push({ closed: true }) }
    for (const event of ['Open', 'Message', 'Error', 'Close']) {
      my['onSocket' + event] = (listener: never) => void of(event).add(listener)
      my['offSocket' + event] = (listener: never) => void of(event).delete(listener)
    }
    return { my: my as never, sent, tell: (event: string, report: object = {}) => of(event).forEach((listener) => listener(report)), count: () => [...heard.values()].reduce((sum, set) => sum + set.size, 0) }
  }
  it('gives text as it is, and what isBuffer marks as bytes', () => {
    const { my, tell, sent } = oldAlipay()
    const { socket, heard } = recordSocket(alipayPlatform(my), 'wss://a.example')
    tell('Open')
    tell('Message', { data: '5L2g', isBuffer: false })
    tell('Message', { data: '5L2g', isBuffer: true })
    socket.send('text')
    socket.send(Uint8Array.of(1, 2).buffer)
    expect([heard[0], heard[1], Buffer.from(heard[2] as ArrayBuffer).toString()]).toEqual(['open', '5L2g', '你'])
    expect(sent).toEqual([expect.objectContaining({ multiple: true, url: 'wss://a.example' }), expect.objectContaining({ data: 'text' }), expect.objectContaining({ data: 'AQI=', isBuffer: true })])
  })
  it('leaves no listener that would hear the next connection', () => {
    const { my, tell, count } = oldAlipay()
    const platform = alipayPlatform(my)
    const first = recordSocket(platform, 'wss://a.example')
    expect(count()).toBe(4)
    tell('Close')
    expect([first.heard, count()]).toEqual([['close 1005'], 0])
    const second = recordSocket(platform, 'wss://a.example')
    second.socket.close()
    tell('Message', { data: 'late' })
    expect([second.heard, count()]).toEqual([[], 0])
  })
})
