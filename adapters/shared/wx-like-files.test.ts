import { expect, it } from 'vitest'
import { filesOf } from './wx-like-files.js'
import { AS_IN_WECHAT, type HostQuirks, type WxLikeHost } from './quirks.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import type { RequestHandlers, UploadOptions } from '../../sdk/platform/platform.js'
import { alipayQuirks } from '../alipay/alipay-quirks.js'
import { wechatFiles, wechatPlatform } from '../wechat/index.js'

// What the suite cannot see: what a host is asked, and what comes of answers that only some host gives.

const quirks: HostQuirks = { ...AS_IN_WECHAT, name: 'nokia', capabilities: { stream: 'none', maxStreams: 1 } }
const upload: UploadOptions = { url: 'https://a.example', headers: { a: 'b' }, filePath: 'tmp/a.mp3', name: 'memo' }

function uploadOn(uploadFile: (args: any) => unknown, table = quirks, options: Partial<UploadOptions> = {}) {
  const heard: unknown[] = []
  const handlers: RequestHandlers = { onEnd: (end) => heard.push(end), onFail: ({ reason }) => heard.push(reason) }
  const stop = filesOf({ request() {}, uploadFile } as WxLikeHost, table).uploadFile!({ ...upload, ...options }, handlers)
  return { heard, stop }
}

it('asks for the longest time a host gives, and never for more', () => {
  const asked: (number | undefined)[] = []
  for (const [table, timeoutMs] of [[quirks, undefined], [quirks, 90_000], [alipayQuirks, undefined], [alipayQuirks, 90_000], [alipayQuirks, 5000]] as const) {
    uploadOn(({ timeout }) => asked.push(timeout), table, { timeoutMs })
  }
  expect(asked).toEqual([undefined, 90_000, 60_000, 60_000, 5000])
})
it('tells Alipay the kind of a file by its name', () => {
  const kinds: string[] = []
  for (const filePath of ['a.MP4', 'b/a.mp3', 'a.png', 'https://resource/xyz.audio']) uploadOn(({ fileType }) => kinds.push(fileType), alipayQuirks, { filePath })
  expect(kinds).toEqual(['video', 'audio', 'image', 'image'])
})
it('takes headers from the task where the answer tells none', () => {
  const { heard } = uploadOn(({ success }) => {
    setImmediate(() => success({ data: 'x', statusCode: 429 }))
    return { onHeadersReceived: (listener: (head: object) => void) => listener({ header: { 'Retry-After': '3' } }) }
  })
  return expect.poll(() => heard).toEqual([{ status: 429, headers: { 'retry-after': '3' }, body: 'x' }])
})
it('takes an HTTP error that is reported as a failure for the answer it carries', () => {
  expect(uploadOn(({ fail }) => fail({ error: 19, errorMessage: 'http status error', statusCode: 413, data: 'big' })).heard).toEqual([{ status: 413, headers: {}, body: 'big' }])
  expect(uploadOn(({ fail }) => fail({ errMsg: 'uploadFile:fail timeout' })).heard).toEqual(['timeout'])
})
it('stops once, and hears nothing more', () => {
  const aborts: unknown[] = []
  let end: ((answer: object) => void) | undefined
  const { heard, stop } = uploadOn(({ success }) => {
    end = success
    return { abort: (...args: unknown[]) => aborts.push(args) }
  })
  stop()
  stop()
  end!({ statusCode: 200, data: 'late' })
  expect([heard, aborts]).toEqual([[], [[{}]]])
})
it('says so where a file is read as something that is no bytes', async () => {
  for (const data of ['text', undefined]) {
    const api = { request() {}, getFileSystemManager: () => ({ readFile: ({ success }: any) => success({ data }) }) }
    expect((await answerOf<ArrayBuffer>((done) => filesOf(api, quirks).readFile!('a', done))).failure).toMatchObject({ errMsg: 'readFile gave no bytes' })
  }
})
it('is nothing where a host has none of it, and in WeChat where nobody asks for it', () => {
  expect(filesOf({ request() {} }, quirks)).toEqual({ uploadFile: undefined, readFile: undefined })
  const wx = { request() {}, uploadFile() {}, getFileSystemManager() {} }
  expect([wechatPlatform(wx).uploadFile, typeof wechatPlatform(wx, wechatFiles(wx)).uploadFile]).toEqual([undefined, 'function'])
})
