import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'acorn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { globalsAtLoad } from '../beds/taro/globals-at-load.js'
import { buildUni, type UniTarget } from '../beds/uni/build-uni.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'

// The uni-app sample: built by uni-app's own compiler against the packed tarball, then on WeChat's component runtime
// against the real gateway.

/** Read while a bundle loads, any of these ends the app on some phone. `Proxy` is not among them: Vue 3 is built on it. */
const LACKING = ['globalThis', 'TextDecoder', 'TextEncoder', 'structuredClone', 'queueMicrotask', 'eval', 'fetch', 'AbortController',
  'ReadableStream', 'URL', 'Headers', 'Request', 'Response', 'crypto', 'window', 'self', 'document', 'navigator', 'process', 'Buffer', 'WeakRef', 'BigInt']

let folders: Record<UniTarget, string>
let server: ChatServer | undefined
let phone: WxFake | undefined
beforeAll(async () => {
  folders = { 'mp-weixin': await buildUni('mp-weixin'), h5: await buildUni('h5') }
  server = await startChatServer()
  phone = createWxFake({ cuts: [3, 1, 2, 5] })
})
afterAll(async () => {
  phone?.dispose()
  await server?.close()
})

test('a guest orders a drink on the page that uni-app made for WeChat', async () => {
  const folder = folders['mp-weixin']
  const wx = phone!.wx as unknown as { request(options: { url: string }): unknown }
  const request = wx.request.bind(wx)
  const streams: string[] = []
  // The sample names the port of `npm start`; the test has a port of its own.
  wx.request = options => {
    if ((options as { enableChunked?: boolean }).enableChunked) streams.push(options.url)
    return request({ ...options, url: options.url.replace('http://127.0.0.1:8787', server!.url) })
  }
  const page = await openPage({ folder, page: 'pages/index/index', wx })
  await page.until(() => page.text().includes('今天想喝点什么'))
  await page.dispatch('.field', 'input', { value: '来一杯大杯冰拿铁' })
  await page.dispatch('.field', 'confirm')
  const lengths = new Set<number>()
  await page.until(() => {
    lengths.add(page.text().length)
    return page.text().includes('确认这一单')
  })
  expect(lengths.size).toBeGreaterThan(3)
  expect(streams.length).toBeGreaterThan(0)
  expect(page.text()).toContain('拿铁 latte')
  await page.tap('.answer--yes')
  await page.until(() => page.text().includes('已下单') && page.text().includes('取餐号'))
  page.close()
})

const codeOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js')).map(name => readFileSync(`${folder}/${name}`, 'utf8'))

test.each(['mp-weixin', 'h5'] as const)('the build for %s holds Sampan and its tools', target => {
  const code = codeOf(folders[target]).join('\n')
  for (const part of ['platform/unsupported', 'findDrinks', 'thread/']) expect(code).toContain(part)
})

test('the build for WeChat is ES2017, makes no code from text, and reads no web global while it loads', () => {
  for (const code of codeOf(folders['mp-weixin'])) {
    expect(() => parse(code, { ecmaVersion: 2017 })).not.toThrow()
    expect(code).not.toMatch(/\bFunction\(|\beval\(/)
    expect(globalsAtLoad(code, LACKING)).toEqual([])
  }
})
