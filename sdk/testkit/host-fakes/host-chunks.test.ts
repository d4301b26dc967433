import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startByteServer, type ByteServer } from '../byte-server.js'
import { beginRequest } from './ask-host.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostFake, type HostFake } from './host-fake.js'

let server: ByteServer
const fakes: HostFake[] = []

beforeEach(async () => void (server = await startByteServer({ chunks: ['data: 你好\n\n'] })))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

function stream(name: HostFakeName, options: HostFakeOptions = {}, option: object = {}) {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  const chunks: unknown[] = []
  const heads: Record<string, unknown>[] = []
  const begun = beginRequest(fake, { url: server.url, enableChunked: true, dataType: 'text', ...option })
  begun.task.onChunkReceived?.(({ data }) => chunks.push(data))
  begun.task.onHeadersReceived?.(head => heads.push(head))
  return { ...begun, chunks, heads, fake }
}

describe('what a stream gives', () => {
  it.each(['wechat', 'xiaohongshu', 'harmony'] as const)('gives bytes on %s, cut anywhere, and an empty body at the end', async name => {
    const { answer, chunks } = stream(name, { cuts: [7, 1, 2] })
    const { result } = await answer
    expect(chunks.every(chunk => chunk instanceof ArrayBuffer)).toBe(true)
    expect(Buffer.concat(chunks.map(chunk => Buffer.from(chunk as ArrayBuffer))).toString()).toBe('data: 你好\n\n')
    expect([chunks.length > 2, result.data]).toEqual([true, ''])
  })
  it('gives text on Baidu, decoded piece by piece, so that a cut character is lost', async () => {
    const whole = stream('baidu')
    await whole.answer
    expect(whole.chunks).toEqual(['data: 你好\n\n'])
    const cut = stream('baidu', { cuts: [7, 100] })
    await cut.answer
    expect([cut.chunks.every(chunk => typeof chunk === 'string'), cut.chunks.join('')]).toEqual([true, expect.stringMatching(/^data: \ufffd+好\n\n$/)])
  })
  it.each(['alipay', 'douyin', 'qq', 'jd', 'kuaishou', 'feishu'] as const)('gives nothing before the end on %s, whose tasks have no listener for it', async name => {
    const { task, answer } = stream(name)
    expect(task.onChunkReceived).toBeUndefined()
    expect((await answer).result.data).toBe('data: 你好\n\n')
  })
  it('gives what a test says where nobody knows', async () => {
    const bytes = stream('qq', { chunks: 'bytes' })
    await bytes.answer
    expect(bytes.chunks[0]).toBeInstanceOf(ArrayBuffer)
    const text = stream('xiaohongshu', { chunks: 'text' })
    await text.answer
    expect(text.chunks).toEqual(['data: 你好\n\n'])
    const none = stream('xiaohongshu', { chunks: 'none' })
    expect([none.task.onChunkReceived, (await none.answer).result.data]).toEqual([undefined, 'data: 你好\n\n'])
  })
  it('gives pieces only to a request that asked for them', async () => {
    const { chunks, answer } = stream('wechat', {}, { enableChunked: false })
    expect([(await answer).result.data, chunks]).toEqual(['data: 你好\n\n', []])
  })
  it.each([
    ['wechat', '2.20.2', 'function', 1], ['wechat', '2.20.1', 'function', 0], ['wechat', '2.20.0', 'undefined', 0],
    ['harmony', '2.0.2', 'function', 1], ['harmony', '2.0.1', 'undefined', 0],
  ] as const)('has on %s %s a listener that is %s, and %i pieces', async (name, sdkVersion, kind, count) => {
    const { task, chunks, answer } = stream(name, { sdkVersion })
    await answer
    expect([typeof task.onChunkReceived, chunks.length]).toEqual([kind, count])
  })
  it('brings an HTTP error in pieces too, and then the success', async () => {
    server.use({ status: 429, chunks: ['{"no":1}'] })
    const { answer, chunks } = stream('wechat')
    const { calls, result } = await answer
    expect([calls, result.statusCode, Buffer.from(chunks[0] as ArrayBuffer).toString()]).toEqual([['success', 'complete'], 429, '{"no":1}'])
  })
  it('fails when the connection breaks in the middle', async () => {
    server.use({ chunks: ['one', 'two'], faults: { reset: 3, delay: 5 } })
    const { answer, chunks } = stream('wechat')
    expect([(await answer).result.errMsg, chunks.length]).toEqual([expect.stringMatching(/ERR_INCOMPLETE_CHUNKED_ENCODING$/), 1])
  })
  it('leaves a listener that was taken off alone', async () => {
    const { task, chunks, answer } = stream('wechat')
    task.offChunkReceived!()
    await answer
    expect(chunks).toEqual([])
  })
})

describe('what is told before the body', () => {
  it.each([
    ['wechat', {}, { header: expect.any(Object), cookies: [], statusCode: 200 }],
    ['wechat', { platform: 'devtools' }, { header: expect.any(Object), cookies: [] }],
    ['alipay', {}, { headers: expect.any(Object) }],
    ['qq', {}, { header: expect.any(Object), statusCode: 200 }],
  ] as const)('tells on %s with %j its own fields', async (name, options, expected) => {
    server.use({ chunks: ['a'], headers: { 'X-Log-Id': '7' } })
    const { heads, answer } = stream(name, options as HostFakeOptions)
    await answer
    expect(heads).toEqual([expected])
    expect(heads[0]!.header ?? heads[0]!.headers).toMatchObject({ 'X-Log-Id': '7' })
  })
  it.each([['douyin', undefined], ['baidu', undefined], ['jd', undefined], ['wechat', '2.0.9']] as const)('has no such listener on %s %s', (name, sdkVersion) => {
    expect(stream(name, { sdkVersion }).task.onHeadersReceived).toBeUndefined()
  })
})

describe('bugs of WeChat clients', () => {
  it('calls nobody when the network drops on iOS', async () => {
    server.use({ chunks: ['one', 'two'], faults: { reset: 3, delay: 5 } })
    const { calls, chunks, fake } = stream('wechat', { platform: 'ios', bugs: { iosSilentDrop: true } })
    await server.until(() => chunks.length === 1 && server.openSockets === 0)
    await expect.poll(() => fake.requests.running).toBe(0)
    expect(calls).toEqual([])
  })
  it('puts the whole body into the success on Windows', async () => {
    const { chunks, answer } = stream('wechat', { bugs: { pcWholeBody: true } })
    expect([(await answer).result.data, chunks]).toEqual(['data: 你好\n\n', []])
  })
  it('puts the body into the success again, after the pieces', async () => {
    const { chunks, answer } = stream('wechat', { bugs: { bodyAfterChunks: true } })
    expect([(await answer).result.data, chunks.length]).toEqual(['data: 你好\n\n', 1])
  })
  it('ends a stream with the status NaN on Mac', async () => {
    expect((await stream('wechat', { bugs: { macNaNStatus: true } }).answer).result.statusCode).toBeNaN()
    expect((await stream('wechat', { bugs: { macNaNStatus: true } }, { enableChunked: false }).answer).result.statusCode).toBe(200)
  })
  it('brings pieces only to the listener registered last', async () => {
    const fake = createHostFake('wechat', { bugs: { listenerMixup: true } })
    fakes.push(fake)
    const heard: string[] = []
    const begun = ['one', 'two'].map(name => {
      const { task, answer } = beginRequest(fake, { url: server.url, enableChunked: true })
      task.onChunkReceived!(() => heard.push(name))
      return answer
    })
    await Promise.all(begun)
    expect(heard).toEqual(['two'])
  })
  it('goes on after an abort in the developer tool', async () => {
    const { task, answer, chunks } = stream('wechat', { bugs: { simulatorNoAbort: true } })
    task.abort()
    expect([(await answer).calls, chunks.length]).toEqual([['success', 'complete'], 1])
  })
  it('returns no task, throws at `enableChunked`, or never tells the headers', async () => {
    const { api } = createHostFake('wechat', { bugs: { noRequestTask: true } })
    expect(api.request({ url: server.url })).toBeUndefined()
    const thrower = createHostFake('wechat', { bugs: { enableChunkedThrows: true } })
    expect(() => thrower.api.request({ url: server.url, enableChunked: true })).toThrow('global is not defined')
    const { heads, answer } = stream('wechat', { bugs: { noHeaders: true } })
    await answer
    expect(heads).toEqual([])
  })
})
