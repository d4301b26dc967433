import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'
import { buildConcierge } from '../lib/concierge.js'

// The concierge as Taro builds it for WeChat, on WeChat's component runtime against the real gateway.

let folder: string
let server: ChatServer | undefined
let phone: WxFake | undefined
beforeAll(async () => {
  folder = await buildConcierge('weapp')
  server = await startChatServer()
  phone = createWxFake({ cuts: [3, 1, 2, 5] })
})
afterAll(async () => {
  phone?.dispose()
  await server?.close()
})

test('a guest orders a drink on the page that Taro made for WeChat', async () => {
  const wx = phone!.wx as unknown as { request(options: { url: string }): unknown }
  const request = wx.request.bind(wx)
  const streams: string[] = []
  // The sample names the port of `npm start`; the test has a port of its own.
  Object.assign(wx, {
    request: (options: { url: string; enableChunked?: boolean }) => {
      if (options.enableChunked) streams.push(options.url)
      return request({ ...options, url: options.url.replace('http://127.0.0.1:8787', server!.url) })
    },
    onKeyboardHeightChange() {},
    offKeyboardHeightChange() {},
  })
  const page = await openPage({ folder, page: 'pages/index/index', wx })
  await page.until(() => page.html().includes('chip'))
  expect(page.text()).toContain('内容由 AI 生成')
  await page.tap('.chip')
  const lengths = new Set<number>()
  await page.until(() => {
    lengths.add(page.text().length)
    return page.html().includes('button--main')
  })
  expect(lengths.size).toBeGreaterThan(3)
  expect(streams.length).toBeGreaterThan(0)
  expect(page.text()).toContain('确认这一单')
  expect(page.html()).not.toContain('ticket--placed')
  await page.tap('.button--main')
  await page.until(() => page.html().includes('ticket--placed'))
  expect(page.text()).toContain('取餐号 001')
  expect(page.text()).toContain('内容由 AI 生成')
  page.close()
})
