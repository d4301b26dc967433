import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { askHost, beginRequest } from '../../sdk/testkit/host-fakes/ask-host.js'
import { createHostFake, type HostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { startEchoServer, type EchoServer } from '../../sdk/testkit/host-fakes/start-echo-server.js'
import { alipayPlatform } from '../../adapters/alipay/index.js'
import { douyinPlatform } from '../../adapters/douyin/index.js'
import { wechatFiles, type WxLikeHost } from '../../adapters/wechat/index.js'
import { bed, type Bed } from '../lib/beds.js'
import { root, tool } from '../lib/run.js'

// What the host fakes answer, held against the typings the hosts publish: every name of an API and of a field there is,
// and its type fits. Written as TypeScript and compiled, a host at a time, since their globals exclude each other.

/** A type of a host's, and what its fake gave for it. */
type Sample = [type: string, value: unknown]

let typings: Bed
let server: ByteServer
let sockets: EchoServer
beforeAll(async () => {
  [typings, server, sockets] = await Promise.all([bed('typings'), startByteServer({ chunks: ['{"a":1}'] }), startEchoServer()])
})
afterAll(() => Promise.all([server.close(), sockets.close()]))

const MEMO = new TextEncoder().encode('memo')
const REQUEST_OPTION = { url: '', method: 'POST', data: '', header: {}, dataType: 'text', responseType: 'text', timeout: 1, success: Function, fail: Function, complete: Function }

describe('the fake', () => {
  test('of WeChat answers as miniprogram-api-typings says', async () => {
    const fake = createHostFake('wechat')
    const { task, head, chunk, socket } = await samplesOf(fake)
    const type = (name: string) => `Partial<WechatMiniprogram.${name}>`
    await compiles('wechat', 'miniprogram-api-typings/index.d.ts', [
      [type('Wx'), fake.api],
      ['WechatMiniprogram.RequestOption', { ...REQUEST_OPTION, enableChunked: true }],
      ['WechatMiniprogram.RequestTask', task],
      [`${type('RequestSuccessCallbackResult')} & { errMsg: string }`, await resultOf(fake, 'request', { url: server.url })],
      [type('RequestFailCallbackErr'), await resultOf(fake, 'request', { url: 'no' })],
      ['WechatMiniprogram.RequestTaskOnHeadersReceivedListenerResult', head],
      ['WechatMiniprogram.OnChunkReceivedListenerResult', chunk],
      ['WechatMiniprogram.SocketTask', socket.task],
      [type('OnOpenListenerResult'), socket.Open],
      ['WechatMiniprogram.SocketTaskOnMessageListenerResult', socket.Message],
      ['WechatMiniprogram.SocketTaskOnCloseListenerResult', socket.Close],
      ['WechatMiniprogram.LoginSuccessCallbackResult', await resultOf(fake, 'login')],
      ['WechatMiniprogram.GetStorageInfoSyncOption', call(fake, 'getStorageInfoSync')],
      [type('AppBaseInfo'), call(fake, 'getAppBaseInfo')],
      [type('AccountInfo'), call(fake, 'getAccountInfoSync')],
      [`${type('GetRandomValuesSuccessCallbackResult')} & { errMsg: string }`, await resultOf(fake, 'getRandomValues', { length: 4 })],
      ['WechatMiniprogram.UploadFileOption', uploadOf(wechatFiles)],
      [`${type('UploadFileSuccessCallbackResult')} & { errMsg: string }`, await resultOf(fake, 'uploadFile', { url: server.url, filePath: fake.addFile(MEMO), name: 'memo' })],
      ['Parameters<WechatMiniprogram.UploadFileFailCallback>[0]', await resultOf(fake, 'uploadFile', { url: server.url, filePath: 'gone', name: 'memo' })],
      [type('ReadFileSuccessCallbackResult'), await readOf(fake)],
      ['WechatMiniprogram.OnMemoryWarningListenerResult', eventOf(fake, 'MemoryWarning', () => fake.warnMemory())],
      ['WechatMiniprogram.OnNetworkStatusChangeListenerResult', eventOf(fake, 'NetworkStatusChange', () => fake.setOnline(true))],
    ])
  })

  test('of Alipay answers as @mini-types/my says', async () => {
    const fake = createHostFake('alipay')
    const { task, head, socket } = await samplesOf(fake, { multiple: true })
    const success = (api: string) => `Parameters<NonNullable<NonNullable<Parameters<typeof my.${api}>[0]>['success']>>[0]`
    const failure = (api: string) => `Parameters<NonNullable<NonNullable<Parameters<typeof my.${api}>[0]>['fail']>>[0]`
    const heard = (owner: string, event: string) => `Parameters<Parameters<${owner}['${event}']>[0]>[0]`
    const { responseType: _absent, ...option } = REQUEST_OPTION
    await compiles('alipay', '@mini-types/my/types/index.d.ts', [
      ['Partial<typeof my>', fake.api],
      ['Parameters<typeof my.request>[0]', { ...option, headers: {} }],
      [success('request'), await resultOf(fake, 'request', { url: server.url })],
      [failure('request'), await resultOf(fake, 'request', { url: 'no' })],
      [failure('request'), await resultOf(createHostFake('alipay', { bugs: { bareHttpError: true } }), 'request', { url: `${server.url}/?faults=status=500` })],
      ['Omit<my.RequestTask, \'on\'>', task],
      [heard('my.RequestTask', 'onHeadersReceived'), head],
      ['my.SocketTask', socket.task],
      ...['Open', 'Message', 'Close'].map((event): Sample => [heard('my.SocketTask', 'on' + event), socket[event]]),
      [success('getAuthCode'), await resultOf(fake, 'getAuthCode', { scopes: 'auth_base' })],
      ['ReturnType<typeof my.setStorageSync>', call(fake, 'setStorageSync', { key: 'a', data: 1 })],
      ['ReturnType<typeof my.setStorageSync>', call(fake, 'setStorageSync', { key: 'a', data: 'x'.repeat(300_000) })],
      ['ReturnType<typeof my.getStorageSync>', call(fake, 'getStorageSync', { key: 'a' })],
      ['ReturnType<typeof my.removeStorageSync>', call(fake, 'removeStorageSync', { key: 'a' })],
      ['ReturnType<typeof my.clearStorageSync>', call(fake, 'clearStorageSync')],
      ['ReturnType<typeof my.getStorageInfoSync>', call(fake, 'getStorageInfoSync')],
      ['ReturnType<typeof my.getAppBaseInfo>', call(fake, 'getAppBaseInfo')],
      ['ReturnType<typeof my.getAccountInfoSync>', call(fake, 'getAccountInfoSync')],
      ['Partial<ReturnType<typeof my.getSystemInfoSync>>', call(fake, 'getSystemInfoSync')],
      ['Parameters<typeof my.uploadFile>[0]', withoutTimeout(uploadOf(my => alipayPlatform({ ...fake.api, ...my })))],
      [success('uploadFile'), await resultOf(fake, 'uploadFile', { url: server.url, filePath: fake.addFile(MEMO), name: 'memo', fileName: 'memo', fileType: 'image' })],
      [failure('uploadFile'), await resultOf(fake, 'uploadFile', { url: server.url, filePath: 'gone', name: 'memo', fileName: 'memo', fileType: 'image' })],
      ["Partial<Parameters<NonNullable<Parameters<my.FileSystemManager['readFile']>[0]['success']>>[0]>", await readOf(fake)],
      [success('getRunScene'), await resultOf(fake, 'getRunScene')],
      [success('removeStorage'), await resultOf(fake, 'removeStorage', { key: 'a' })],
      [heard('typeof my', 'onNetworkStatusChange'), eventOf(fake, 'NetworkStatusChange', () => fake.setOnline(true))],
    ])
  })

  test('of Douyin answers as @douyin-microapp/typings says', async () => {
    const fake = createHostFake('douyin')
    const { task, socket } = await samplesOf(fake)
    // The typings of 2022 are older than event sources and timeouts.
    const { createEventSource: _newer, ...api } = fake.api
    const { timeout: _newerToo, ...option } = REQUEST_OPTION
    const of = (name: string, callback: string) => `Parameters<NonNullable<Parameters<typeof tt.${name}>[0]['${callback}']>>[0]`
    const socketEvent = (event: string) => `Partial<Parameters<Parameters<ReturnType<typeof tt.connectSocket>['on${event}']>[0]>[0]>`
    await compiles('douyin', '@douyin-microapp/typings/index.d.ts', [
      ['Partial<typeof tt>', api],
      ['Parameters<typeof tt.request>[0]', { ...option, data: {} }],
      ['ReturnType<typeof tt.request>', task],
      [of('request', 'success'), await resultOf(fake, 'request', { url: server.url })],
      [of('request', 'fail'), await resultOf(fake, 'request', { url: 'no' })],
      ['ReturnType<typeof tt.connectSocket>', socket.task],
      ...['Open', 'Message', 'Close'].map((event): Sample => [socketEvent(event), socket[event]]),
      ['Parameters<typeof tt.uploadFile>[0]', withoutTimeout(uploadOf(tt => douyinPlatform({ ...fake.api, ...tt })))],
      [of('uploadFile', 'success'), await resultOf(fake, 'uploadFile', { url: server.url, filePath: fake.addFile(MEMO), name: 'memo' })],
      [of('login', 'success'), await resultOf(fake, 'login')],
      [of('getStorage', 'success'), await resultOf(fake, 'getStorage', { key: 'no' })],
      ['ReturnType<typeof tt.getStorageInfoSync>', call(fake, 'getStorageInfoSync')],
      ['Partial<ReturnType<typeof tt.getSystemInfoSync>>', call(fake, 'getSystemInfoSync')],
      ['{ microapp: ReturnType<typeof tt.getEnvInfoSync>[\'microapp\'] }', { microapp: (call(fake, 'getEnvInfoSync') as { microapp: object }).microapp }],
      ['Parameters<Parameters<typeof tt.onNetworkStatusChange>[0]>[0]', eventOf(fake, 'NetworkStatusChange', () => fake.setOnline(true))],
    ])
  })

  test('is not let through with a field no typings have', async () => {
    await expect(compiles('wechat', 'miniprogram-api-typings/index.d.ts', [['WechatMiniprogram.SocketTaskOnCloseListenerResult', { code: '1000', text: 'x' }]])).rejects.toThrow(/\.ts\(2,.*'(code|text)'|not assignable to type 'number'/)
  })
})

const call = ({ api }: HostFake, name: string, args?: object): unknown => (api[name] as unknown as (args?: object) => unknown)(args)
const resultOf = async (fake: HostFake, name: string, args?: object): Promise<unknown> => (await askHost(fake, name, args)).result

function eventOf(fake: HostFake, event: string, happen: () => void): unknown {
  let heard: unknown
  ;(fake.api['on' + event] as unknown as (listener: (result: unknown) => void) => void)(result => (heard = result))
  happen()
  return heard
}

/** What an adapter hands to a host's `uploadFile`. */
function uploadOf(make: (host: WxLikeHost) => Pick<Platform, 'uploadFile'>): object {
  let asked: object = {}
  const host = { request() {}, uploadFile: (args: object) => void (asked = args) }
  make(host).uploadFile!({ url: 'https://a.example', headers: {}, filePath: 'a.mp3', name: 'memo', fields: { a: 'b' }, timeoutMs: 1 }, { onEnd() {}, onFail() {} })
  return asked
}

/** The typings of these hosts say nothing of a timeout: one that is not heeded does no harm. */
const withoutTimeout = ({ timeout: _unsaid, ...rest }: { timeout?: number }): object => rest

function readOf(fake: HostFake): Promise<unknown> {
  const manager = call(fake, 'getFileSystemManager') as { readFile(args: object): void }
  return new Promise(resolve => manager.readFile({ filePath: fake.addFile(MEMO), success: resolve, fail: resolve }))
}

/** What a streamed request and a socket of this host's give. */
async function samplesOf(fake: HostFake, option: object = {}) {
  const { task, answer } = beginRequest(fake, { url: server.url, enableChunked: true })
  let head: unknown
  let chunk: unknown
  task.onHeadersReceived?.(result => (head = result))
  task.onChunkReceived?.(result => (chunk = result))
  await answer
  const socket: Record<string, unknown> = { task: call(fake, 'connectSocket', { url: sockets.url, ...option }) }
  const own = socket.task as Record<string, (args: unknown) => void>
  await new Promise<void>(resolve => {
    own.onOpen!((result: unknown) => (socket.Open = result, own.send!({ data: 'hi' })))
    own.onMessage!((result: unknown) => (socket.Message = result, own.close!({})))
    own.onClose!((result: unknown) => (socket.Close = result, resolve()))
  })
  return { task, head, chunk, socket }
}

async function compiles(name: HostFakeName, file: string, samples: Sample[]): Promise<void> {
  const folder = `${root}.cache/host-typings`
  const path = `${folder}/${name}.ts`
  mkdirSync(folder, { recursive: true })
  const lines = samples.map(([type, value], turn) => `export const sample${turn}: ${type} = ${literal(value)}`)
  writeFileSync(path, `/// <reference path="${typings.file(file)}" />\n${lines.join('\n')}\n`)
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--lib', 'ES2020', '--target', 'ES2020', '--module', 'ESNext', '--moduleResolution', 'bundler']
  const { code, output } = await tool('typescript/bin/tsc', [...options, path])
  if (code !== 0) throw new Error(output)
}

/** A value as TypeScript: fields as they are, functions as anything. */
function literal(value: unknown): string {
  if (typeof value === 'function') return '(undefined as any)'
  if (value instanceof ArrayBuffer) return `new ArrayBuffer(${value.byteLength})`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${literal(field)}`).join(', ')} }`
  return value === undefined ? 'undefined' : JSON.stringify(value)
}
