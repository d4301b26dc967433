import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject } from '../beds/packer/pack-project.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'

// The sample as its reader has it: the packed tarball, WeChat's "build npm", compiler and component runtime, and the real gateway.

let server: ChatServer
let phone: WxFake
beforeAll(async () => {
  server = await startChatServer()
  phone = createWxFake({ cuts: [3, 1, 2, 5] })
})
afterAll(async () => {
  phone.dispose()
  await server.close()
})

test('a guest orders a drink on the native page', async () => {
  const { folder } = await packProject('samples/hello-wechat')
  const wx = phone.wx as unknown as { request(options: { url: string }): unknown }
  const request = wx.request.bind(wx)
  // The sample names the port of `npm start`; the test has a port of its own.
  wx.request = options => request({ ...options, url: options.url.replace('http://127.0.0.1:8787', server.url) })
  const page = await openPage({ folder, page: 'pages/index/index', wx })
  await page.until(() => page.instance.data.status === 'idle')
  expect(page.text()).toContain('内容由 AI 生成')
  page.instance.onConfirm({ detail: { value: '来一杯大杯冰拿铁' } })
  await page.until(() => page.instance.data.status === 'waiting', 10_000)
  expect(page.text()).toContain('确认这一单')
  expect(page.text()).toContain('拿铁 latte')
  await page.tap('.answer--yes')
  await page.until(() => page.instance.data.status === 'idle', 10_000)
  expect(page.text()).toContain('已下单')
  expect(page.text()).toContain('取餐号')
  expect(page.text()).toContain('内容由 AI 生成')
  const answer = page.instance.data.messages[1]
  expect(answer.blocks.map((block: { kind: string }) => block.kind)).toContain('text')
  page.close()
})
