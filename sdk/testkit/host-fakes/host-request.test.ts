import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startByteServer, type ByteServer } from '../byte-server.js'
import { askHost, beginRequest } from './ask-host.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostFake, type HostFake } from './host-fake.js'

const JSON_TYPE = { 'content-type': 'application/json' }
const WX_LIKE: HostFakeName[] = ['wechat', 'douyin', 'baidu', 'qq', 'jd', 'kuaishou', 'xiaohongshu', 'feishu', 'harmony']

let server: ByteServer
const fakes: HostFake[] = []

beforeEach(async () => void (server = await startByteServer({ chunks: ['{"a":1}'], headers: JSON_TYPE })))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

function host(name: HostFakeName, options: HostFakeOptions = {}): HostFake {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return fake
}

describe('what a request sends', () => {
  it.each(WX_LIKE)('takes headers in `header` on %s', async name => {
    await askHost(host(name), 'request', { url: server.url, header: { 'X-One': '1' }, headers: { 'X-Two': '2' } })
    expect([server.requests[0]!.headers['x-one'], server.requests[0]!.headers['x-two']]).toEqual(['1', undefined])
  })
  it('takes headers in `header` and in `headers` on Alipay', async () => {
    await askHost(host('alipay'), 'request', { url: server.url, header: { 'X-One': '1' }, headers: { 'X-Two': '2' } })
    expect([server.requests[0]!.headers['x-one'], server.requests[0]!.headers['x-two']]).toEqual(['1', '2'])
  })
  it.each([
    ['wechat', 'referer', /servicewechat\.com/],
    ['qq', 'referer', /^https:\/\/appservice\.qq\.com\//],
    ['alipay', 'referer', /hybrid\.alipay-eco\.com/],
    ['douyin', 'user-agent', /^undefined$/],
    ['feishu', 'x-request-id', /^undefined$/],
    ['feishu', 'x-tt-log-id', /^undefined$/],
  ] as const)('lets no app of %s set %s', async (name, header, expected) => {
    await askHost(host(name), 'request', { url: server.url, header: { [header]: 'mine' } })
    expect(String(server.requests[0]!.headers[header])).toMatch(expected)
  })
  it('sends no cookies of an app\'s from Feishu on a PC', async () => {
    for (const platform of ['windows', 'android'] as const) await askHost(host('feishu', { platform }), 'request', { url: server.url, header: { cookie: 'a=1' } })
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, 'a=1'])
  })
  it('takes no header value beyond ASCII and no bytes on Baidu', async () => {
    const badHeader = await askHost(host('baidu'), 'request', { url: server.url, header: { 'x-name': '船' } })
    const bytes = await askHost(host('baidu'), 'request', { url: server.url, method: 'POST', data: new ArrayBuffer(2) })
    expect([badHeader.calls, bytes.calls, server.requests.length]).toEqual([['fail', 'complete'], ['fail', 'complete'], 0])
  })
  it('writes an object as JSON, as a form, or into the address of a GET', async () => {
    const fake = host('wechat')
    await askHost(fake, 'request', { url: server.url, method: 'POST', data: { a: '值' } })
    await askHost(fake, 'request', { url: server.url, method: 'POST', data: { a: 'b c' }, header: { 'content-type': 'application/x-www-form-urlencoded' } })
    await askHost(fake, 'request', { url: server.url + '/?x=1', data: { a: 'b' } })
    await askHost(fake, 'request', { url: server.url, data: 'lost' })
    expect(server.requests.map(({ path, body }) => [path, body])).toEqual([['/', '{"a":"值"}'], ['/', 'a=b+c'], ['/?x=1&a=b', ''], ['/', '']])
  })
  it('sends bytes as they are', async () => {
    await askHost(host('wechat'), 'request', { url: server.url, method: 'POST', data: new Uint8Array([104, 105]).buffer })
    expect(server.requests[0]!.body).toBe('hi')
  })
  it.each([
    ['wechat', 'PATCH', undefined, 'fail'], ['wechat', 'PUT', undefined, 'success'],
    ['douyin', 'PATCH', '2.41.0', 'fail'], ['douyin', 'PATCH', '2.42.0', 'success'],
    ['baidu', 'TRACE', undefined, 'fail'],
    ['jd', 'PUT', undefined, 'fail'], ['jd', 'POST', undefined, 'success'],
    ['kuaishou', 'DELETE', undefined, 'fail'], ['kuaishou', 'GET', undefined, 'success'],
    ['feishu', 'OPTIONS', undefined, 'fail'], ['feishu', 'DELETE', undefined, 'success'],
    ['alipay', 'DELETE', undefined, 'success'],
  ] as const)('answers on %s to %s (base library %s) with %s', async (name, method, sdkVersion, way) => {
    expect((await askHost(host(name, { sdkVersion }), 'request', { url: server.url, method })).calls).toEqual([way, 'complete'])
  })
})

describe('what a request answers', () => {
  it('has the fields of each host', async () => {
    const fieldsOf = async (name: HostFakeName) => Object.keys((await askHost(host(name), 'request', { url: server.url })).result).sort()
    expect(await fieldsOf('wechat')).toEqual(['cookies', 'data', 'errMsg', 'header', 'statusCode'])
    expect(await fieldsOf('alipay')).toEqual(['data', 'header', 'headers', 'status', 'statusCode'])
    for (const name of WX_LIKE.slice(1)) expect(await fieldsOf(name)).toEqual(['data', 'errMsg', 'header', 'statusCode'])
  })
  it('parses JSON unless told otherwise, and keeps the text where it is none', async () => {
    const dataOf = async (option: object) => (await askHost(host('wechat'), 'request', { url: server.url, ...option })).result.data
    expect([await dataOf({}), await dataOf({ dataType: 'text' })]).toEqual([{ a: 1 }, '{"a":1}'])
    server.use({ chunks: ['\ufefftext'] })
    expect([await dataOf({}), Buffer.from(await dataOf({ responseType: 'arraybuffer' }) as ArrayBuffer).length]).toEqual(['text', 7])
  })
  it('fails on Alipay with 14 for what is not JSON, or gives the text where that is the default', async () => {
    server.use({ chunks: ['text'] })
    expect((await askHost(host('alipay'), 'request', { url: server.url })).result).toEqual({ error: 14, errorMessage: 'JSON parse data error' })
    expect((await askHost(host('alipay'), 'request', { url: server.url, dataType: 'text' })).result.data).toBe('text')
    const lenient = host('alipay', { bugs: { jsonOrText: true } })
    expect((await askHost(lenient, 'request', { url: server.url })).result.data).toBe('text')
    expect((await askHost(lenient, 'request', { url: server.url, dataType: 'json' })).result.error).toBe(14)
  })
  it('gives bytes and base64 on Alipay by `dataType`', async () => {
    server.use({ chunks: ['hi'] })
    expect((await askHost(host('alipay'), 'request', { url: server.url, dataType: 'base64' })).result.data).toBe('aGk=')
    expect((await askHost(host('alipay'), 'request', { url: server.url, dataType: 'arraybuffer' })).result.data).toBeInstanceOf(ArrayBuffer)
  })
  it.each([...WX_LIKE, 'baidu' as const])('takes an HTTP error for a success on %s', async name => {
    server.use({ status: 401, chunks: ['{"no":1}'] })
    const { calls, result } = await askHost(host(name), 'request', { url: server.url })
    expect([calls, result.statusCode, result.data]).toEqual([['success', 'complete'], 401, { no: 1 }])
  })
  it('takes an HTTP error for a failure on Baidu on iOS, and says no more', async () => {
    server.use({ status: 401, chunks: ['{"no":1}'] })
    expect(await askHost(host('baidu', { platform: 'ios' }), 'request', { url: server.url })).toEqual({ calls: ['fail', 'complete'], result: { errMsg: 'request:fail http status error' } })
  })
  it('takes every status but 200 for error 19 on Alipay, in three ways', async () => {
    server.use({ status: 401, chunks: ['{"no":1}'] })
    const ask = (options: HostFakeOptions) => askHost(host('alipay', options), 'request', { url: server.url })
    const full = await ask({})
    expect([full.calls, full.result]).toEqual([['fail', 'complete'], expect.objectContaining({ error: 19, errorMessage: 'http status error', status: 401, data: { no: 1 } })])
    expect(full.result.headers).toMatchObject({ 'content-type': 'text/event-stream' })
    expect((await ask({ bugs: { bareHttpError: true } })).result).toEqual({ error: 19, errorMessage: 'http status error' })
    expect(await ask({ bugs: { httpErrorInSuccess: true } })).toMatchObject({ calls: ['success', 'complete'], result: { status: 401 } })
    server.use({ status: 202, chunks: ['{}'] })
    expect((await ask({})).result).toMatchObject({ error: 19, status: 202 })
  })
  it('answers a promise as well on Alipay, which rejects even where `fail` is given', async () => {
    const { api } = host('alipay')
    await expect(api.request({ url: server.url })).resolves.toMatchObject({ status: 200 })
    const heard: object[] = []
    server.use({ status: 500 })
    await expect(api.request({ url: server.url, fail: (error: object) => heard.push(error) })).rejects.toMatchObject({ error: 19 })
    expect(heard).toMatchObject([{ error: 19 }])
  })
  it('returns no promise on hosts with callbacks only', () => {
    for (const name of WX_LIKE) expect(host(name).api.request({ url: server.url })).not.toBeInstanceOf(Promise)
  })
})

describe('how a request fails', () => {
  it.each([
    ['wechat', {}, { errMsg: expect.stringMatching(/^request:fail errcode:-324 .*ERR_EMPTY_RESPONSE$/), errno: 600001 }],
    ['wechat', { platform: 'ios' }, { errMsg: 'request:fail 网络连接已中断。', errno: 600001 }],
    ['wechat', { sdkVersion: '2.23.0' }, { errMsg: expect.stringMatching(/ERR_EMPTY_RESPONSE$/) }],
    ['douyin', {}, { errMsg: expect.stringMatching(/ERR_EMPTY_RESPONSE$/) }],
    ['alipay', {}, { error: 12, errorMessage: 'network error' }],
    ['baidu', { bugs: { errorMessages: true } }, { error: 10000, errorMessage: expect.stringMatching(/^request:fail .*ERR_EMPTY_RESPONSE$/) }],
  ] as const)('says on %s with %j that nobody answers', async (name, options, expected) => {
    server.use({ faults: { refuse: true } })
    expect((await askHost(host(name, options as HostFakeOptions), 'request', { url: server.url })).result).toEqual(expected)
  })
  it.each([
    ['wechat', { errMsg: expect.stringMatching(/INTERNET_DISCONNECTED$/), errno: 600001 }],
    ['alipay', { error: 12, errorMessage: 'network error' }],
    ['kuaishou', { errMsg: expect.stringMatching(/INTERNET_DISCONNECTED$/) }],
  ] as const)('ends what runs on %s when the network goes, and begins nothing', async (name, expected) => {
    server.use({ chunks: ['a', 'b'], faults: { hang: 1 } })
    const fake = host(name)
    const { answer } = beginRequest(fake, { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    fake.setOnline(false)
    expect((await answer).result).toEqual(expected)
    expect((await askHost(fake, 'request', { url: server.url })).result).toEqual(expected)
    fake.setOnline(true)
    server.use({ chunks: ['{}'] })
    expect((await askHost(fake, 'request', { url: server.url })).calls).toEqual(['success', 'complete'])
  })
  it('fails for a certificate with a text of its own, on Alipay with 19', async () => {
    // A plain server that is spoken TLS to: the handshake fails.
    const url = server.url.replace('http', 'https')
    expect((await askHost(host('wechat'), 'request', { url })).result.errMsg).toMatch(/ERR_CERT_/)
    expect((await askHost(host('wechat', { platform: 'ios' }), 'request', { url })).result.errMsg).toMatch(/发生了SSL错误/)
    expect((await askHost(host('alipay'), 'request', { url })).result.error).toBe(19)
  })
  it('reads the allow-list as each host does', async () => {
    const { host: address, hostname } = new URL(server.url)
    const allows = async (name: HostFakeName, domain: string, url = server.url) => (await askHost(host(name, { domains: [domain] }), 'request', { url })).calls[0] === 'success'
    expect([await allows('wechat', address), await allows('wechat', hostname)]).toEqual([true, false])
    expect([await allows('baidu', hostname), await allows('baidu', address)]).toEqual([true, false])
    expect(await allows('alipay', hostname)).toBe(true)
    const refused = await askHost(host('alipay', { domains: ['example.com'] }), 'request', { url: server.url })
    expect(refused.result).toEqual({ error: 11, errorMessage: 'N22106' })
  })
  it.each([
    ['wechat', { errMsg: 'request:fail invalid url', errno: 600009 }],
    ['alipay', { error: 2, errorMessage: 'invalid parameter!' }],
  ] as const)('refuses an address without a scheme on %s', async (name, expected) => {
    expect((await askHost(host(name), 'request', { url: 'example.com' })).result).toEqual(expected)
  })
  it('calls no plain address from a release build of Douyin', async () => {
    expect((await askHost(host('douyin', { envVersion: 'release' }), 'request', { url: server.url })).calls[0]).toBe('fail')
    expect((await askHost(host('douyin'), 'request', { url: server.url })).calls[0]).toBe('success')
  })
})

describe('how a request is aborted', () => {
  it.each([...WX_LIKE, 'alipay' as const])('closes the connection on %s and fails once', async name => {
    server.use({ chunks: ['a', 'b'], faults: { hang: 1 } })
    const { task, answer, calls } = beginRequest(host(name), { url: server.url })
    await server.until(({ requests }) => requests.length === 1)
    task.abort()
    task.abort()
    const { result } = await answer
    expect(result).toEqual(name === 'alipay' ? { errorMessage: 'abort' } : { errMsg: 'request:fail abort' })
    await server.until(({ closedSockets }) => closedSockets === 1)
    // A turn of the loop, so that a second answer has the time to come.
    await new Promise(resolve => setTimeout(resolve, 1))
    expect(calls).toEqual(['fail'])
  })
  it('ends a request that has not begun, without sending it', async () => {
    const { task, answer } = beginRequest(host('wechat'), { url: server.url })
    task.abort()
    expect((await answer).result).toEqual({ errMsg: 'request:fail abort' })
    expect(server.requests.length).toBe(0)
  })
  it('returns no task before the base library that has one', () => {
    const isTask = (name: HostFakeName, sdkVersion: string) => host(name, { sdkVersion }).api.request({ url: server.url }) !== undefined
    expect([isTask('harmony', '1.0.3'), isTask('harmony', '1.0.4'), isTask('wechat', '1.3.0'), isTask('wechat', '1.4.0')]).toEqual([false, true, false, true])
  })
})
