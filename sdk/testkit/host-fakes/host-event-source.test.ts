import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startByteServer, type ByteServer } from '../byte-server.js'
import { createTestClock } from '../test-clock.js'
import type { HostFakeOptions } from './host-fake-options.js'
import { createHostFake, type HostFake } from './host-fake.js'

type Task = Record<'onOpen' | 'onMessage' | 'onError' | 'onClose', (listener: (result: object) => void) => void> & { close(): void }
let server: ByteServer
const fakes: HostFake[] = []

beforeEach(async () => void (server = await startByteServer()))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

function open(option: object = {}, options: HostFakeOptions = {}, timeout?: number) {
  const fake = createHostFake('douyin', options)
  fakes.push(fake)
  const heard: [string, object][] = []
  const task = (fake.api.createEventSource as unknown as (params: object, timeout?: number) => Task)({ url: server.url, ...option }, timeout)
  const ended = new Promise<void>(resolve => {
    for (const name of ['Open', 'Message', 'Error', 'Close'] as const) {
      task[`on${name}`](result => {
        heard.push([name, result])
        if (name === 'Error' || name === 'Close') resolve()
      })
    }
  })
  return { fake, task, heard, ended }
}

describe('Douyin\'s event source', () => {
  it('gives events it has parsed, wherever the bytes were cut, and closes at the end', async () => {
    server.use({ chunks: [': ping\n\nid: 1\nevent: delta\ndata: 你\ndata: 好\n\n', 'data:{"a":\r\ndata:1}\r\n\r\ndata: cut off'], faults: { split: 1 } })
    const { heard, ended } = open()
    await ended
    expect(heard).toEqual([
      ['Open', {}],
      ['Message', { data: '你\n好', event: 'delta', lastEventId: '1' }],
      ['Message', { data: '{"a":\n1}', event: 'message', lastEventId: '1' }],
      ['Close', {}],
    ])
  })
  it('asks for an event stream, with the app\'s headers, and sends data with POST only', async () => {
    await open({ header: { 'X-Run': '7' }, data: { a: 1 } }).ended
    await open({ header: { Accept: 'text/plain' }, method: 'POST', data: { a: 1 } }).ended
    expect(server.requests.map(({ method, path, headers, body }) => [method, path, headers.accept, headers['x-run'], body])).toEqual([
      ['GET', '/', 'text/event-stream', '7', ''],
      ['POST', '/', 'text/plain', undefined, '{"a":1}'],
    ])
  })
  it.each([
    [{ status: 401, chunks: ['{"no":1}'], headers: { 'content-type': 'application/json' } }],
    [{ status: 500, chunks: ['data: x\n\n'] }],
    [{ chunks: ['{"no":1}'], headers: { 'content-type': 'application/json' } }],
  ])('loses the body of %j: there is an error and nothing else', async reply => {
    server.use(reply)
    const { heard, ended } = open()
    await ended
    expect(heard).toEqual([['Error', { errMsg: expect.stringMatching(/^createEventSource:fail/) }]])
    expect(JSON.stringify(heard)).not.toContain('no')
  })
  it('reports an error when the connection breaks', async () => {
    server.use({ chunks: ['data: a\n\n', 'data: b\n\n'], faults: { reset: 9, delay: 5 } })
    const { heard, ended } = open()
    await ended
    expect(heard.map(([name]) => name)).toEqual(['Open', 'Message', 'Error'])
  })
  it('is silent after `close`, and closes the connection', async () => {
    server.use({ chunks: ['data: a\n\n', 'b'], faults: { hang: 9 } })
    const { task, heard } = open()
    await server.until(() => heard.length === 2 || server.requests.some(({ bytesSent }) => bytesSent === 9))
    task.close()
    await server.until(({ closedSockets }) => closedSockets === 1)
    expect(heard.map(([name]) => name)).not.toContain('Close')
  })
  it.each([
    ['60 s by itself', {}, undefined, {}, 60_000],
    ['the second argument', {}, 90_000, {}, 90_000],
    ['not the second argument before 4.7.0', {}, 5000, { sdkVersion: '4.6.0' }, 60_000],
    ['not a parameter', { timeout: 5000 }, undefined, {}, 60_000],
  ] as const)('times out after %s', async (_title, option, timeout, options, expected) => {
    server.use({ chunks: ['data: a\n\n', 'b'], faults: { hang: 9 } })
    const clock = createTestClock()
    const { heard, ended } = open(option, { ...options, clock }, timeout)
    await server.until(({ requests }) => requests[0]?.bytesSent === 9)
    clock.advance(expected - 1)
    expect(heard.map(([name]) => name)).not.toContain('Error')
    clock.advance(1)
    await ended
    expect(heard.at(-1)).toEqual(['Error', { errMsg: 'createEventSource:fail timeout' }])
  })
  it('ends with an error when the network goes', async () => {
    server.use({ chunks: ['data: a\n\n', 'b'], faults: { hang: 9 } })
    const { fake, heard, ended } = open()
    await server.until(({ requests }) => requests.length === 1)
    fake.setOnline(false)
    await ended
    expect(heard.at(-1)![0]).toBe('Error')
  })
  it.each([
    ['library 3.34.9', { sdkVersion: '3.34.9' }, 'undefined'], ['library 3.35.0', { sdkVersion: '3.35.0' }, 'function'],
    ['app 30.7.9', { appVersion: '30.7.9' }, 'undefined'], ['app 30.8.0', { appVersion: '30.8.0' }, 'function'],
    ['a client without it', { bugs: { noEventSource: true } }, 'undefined'],
  ] as const)('is with %s: %j %s', (_title, options, kind) => {
    expect(typeof createHostFake('douyin', options).api.createEventSource).toBe(kind)
  })
  it('is nowhere else, not even on Feishu, whose global is `tt` too', () => {
    for (const name of ['wechat', 'alipay', 'baidu', 'feishu', 'harmony'] as const) expect(createHostFake(name).api.createEventSource).toBeUndefined()
  })
})
