import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Platform, SignInCode } from '../../sdk/platform/platform.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'
import { douyinPlatform } from './index.js'

// What sets Douyin apart, and what must come of it.

const EVENTS = 'id: 1\nevent: delta\ndata: 你好\n\ndata: second\n\n'

let server: ByteServer
beforeEach(async () => void (server = await startByteServer()))
afterEach(() => server.close())

const { phone } = hostPhones('douyin', douyinPlatform)
/** The same record for the event source as for a request. */
const recordEvents = (platform: Platform, options: Parameters<typeof recordRequest>[1]) => recordRequest({ ...platform, request: platform.openEventSource! }, options)
const SIGNS = { lastEventId: expect.any(String), event: expect.any(String) }

describe('an event source in Douyin', () => {
  it('hands over events while they come, and then the end', async () => {
    server.use({ chunks: [EVENTS], faults: { split: [1, 2, 3] } })
    const record = await recordEvents(phone().platform, { url: server.url }).settled
    expect(record.chunks).toEqual([{ data: '你好', event: 'delta', lastEventId: '1' }, { ...SIGNS, data: 'second' }])
    expect(record.calls).toEqual(['chunk', 'chunk', 'end'])
  })
  it('sends a JSON body once encoded, not twice', async () => {
    server.use({ chunks: [EVENTS] })
    const headers = { 'content-type': 'application/json', 'x-run': '7' }
    const { platform } = phone()
    await recordEvents(platform, { url: server.url, method: 'POST', headers, body: '{"text":"你好"}' }).settled
    await recordRequest(platform, { url: server.url, method: 'POST', headers, body: '{"text":"你好"}' }).settled
    expect(server.requests.map(({ method, body, headers: seen }) => [method, body, seen['x-run']])).toEqual([['POST', '{"text":"你好"}', '7'], ['POST', '{"text":"你好"}', '7']])
  })
  it('fails as http where the server answers with an error, whose body Douyin keeps', async () => {
    server.use({ status: 401, chunks: ['{"error":"no"}'], headers: { 'content-type': 'application/json' } })
    expect((await recordEvents(phone().platform, { url: server.url }).settled).failure?.reason).toBe('http')
  })
  it('fails as what it is where the connection breaks after the first event', async () => {
    server.use({ chunks: [EVENTS, EVENTS], faults: { reset: EVENTS.length, delay: 10 } })
    const record = await recordEvents(phone().platform, { url: server.url }).settled
    expect([record.calls.at(-1), record.failure?.reason === 'http']).toEqual(['fail', false])
  })
  it('closes the connection on abort, and reports nothing more', async () => {
    server.use({ chunks: [EVENTS, EVENTS], faults: { hang: EVENTS.length + 1 } })
    const record = await recordEvents(phone().platform, { url: server.url }).started
    const calls = [...record.calls]
    record.stop()
    record.stop()
    await server.until(({ openSockets }) => openSockets === 0)
    expect(record.calls).toEqual(calls)
  })
  it('is told its timeout both inside and beside its parameters, and a body as the object its page asks for', () => {
    const asked: unknown[] = []
    const tt = { request() {}, getSystemInfoSync: () => ({ SDKVersion: '4.7.0' }), createEventSource: (params: object, timeout: number) => (asked.push(params, timeout), { onMessage() {} }) }
    recordEvents(douyinPlatform(tt), { url: 'https://a.example', timeoutMs: 90_000 }).stop()
    expect(asked).toEqual([expect.objectContaining({ timeout: 90_000, header: {} }), 90_000])
    expect(asked[0]).not.toHaveProperty('data')
    recordEvents(douyinPlatform(tt), { url: 'https://a.example', method: 'POST', body: '{"a":1}' }).stop()
    expect(asked[2]).toMatchObject({ data: { a: 1 } })
  })
  it('is there from library 3.35.0 on, and only with the API itself', () => {
    const streamOf = (options: Parameters<typeof phone>[0]) => {
      const { capabilities, openEventSource } = phone(options).platform
      return [capabilities.stream, openEventSource !== undefined]
    }
    expect(streamOf({})).toEqual(['events', true])
    expect(streamOf({ sdkVersion: '3.35.0' })).toEqual(['events', true])
    expect(streamOf({ sdkVersion: '3.34.9' })).toEqual(['none', false])
    expect(streamOf({ bugs: { noEventSource: true } })).toEqual(['none', false])
  })
  it('gives way to a whole answer where it cannot be opened', async () => {
    for (const createEventSource of [() => undefined, () => { throw new TypeError('not in the sandbox') }]) {
      const tt = { getSystemInfoSync: () => ({ SDKVersion: '3.50.0' }), createEventSource, request: ({ success }: any) => void success({ data: EVENTS, statusCode: 200, header: {} }) }
      const platform = douyinPlatform(tt)
      const { end } = await recordEvents(platform, { url: 'https://a.example' }).settled
      expect([end?.body, platform.capabilities.stream]).toEqual([EVENTS, 'none'])
    }
  })
  it('stays the way to stream after plain requests, whose tasks cannot', async () => {
    server.use({ chunks: ['ok'] })
    const { platform } = phone()
    for (const stream of [false, true]) await recordRequest(platform, { url: server.url, stream }).settled
    expect(platform.capabilities).toMatchObject({ stream: 'events', earlyHeaders: false })
  })
})

describe('signing in at Douyin', () => {
  const signIn = (platform: Platform) => answerOf<SignInCode>((done) => platform.signInCode!(done))
  it('opens no window, and marks the code of a user who is not signed in', async () => {
    expect((await signIn(phone().platform)).value).not.toHaveProperty('isAnonymous')
    const { fake, platform } = phone({ isSignedIn: false })
    const answers = await Promise.all([signIn(platform), signIn(platform)])
    expect(answers.map(({ value }) => value?.isAnonymous)).toEqual([true, true])
    expect(fake.overlappingLogins).toBe(0)
  })
  it('fails where neither code comes', async () => {
    const tt = { request() {}, login: ({ success }: any) => void success({ isLogin: false }) }
    expect((await signIn(douyinPlatform(tt))).failure?.errMsg).toBe('no code')
  })
})

describe('storage in Douyin', () => {
  it('answers undefined for a missing key, for which Douyin gives the empty text', async () => {
    const { fake, platform } = phone()
    expect((fake.api['getStorageSync'] as (key: string) => unknown)('absent')).toBe('')
    expect(await answerOf((done) => platform.storage.get('absent', done))).toEqual({ failure: null, value: undefined })
  })
  it('is full above one megabyte a key, and keeps what it had', async () => {
    const { storage, capabilities } = phone().platform
    await answerOf<void>((done) => storage.set('key', 'first', done))
    expect((await answerOf<void>((done) => storage.set('key', 'x'.repeat(capabilities.storageKeyBytes! + 1), done))).failure?.reason).toBe('quota')
    expect((await answerOf((done) => storage.get('key', done))).value).toBe('first')
  })
})
