import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject } from '../beds/packer/pack-project.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'
import { root } from '../lib/run.js'

// Every native sample, taken the way its reader takes it: npm install, then WeChat's "build npm".

const samples = existsSync(`${root}samples`) ? readdirSync(`${root}samples`).filter(name => existsSync(`${root}samples/${name}/app.json`)) : []

describe.skipIf(samples.length === 0).each(samples)('%s', name => {
  test('packs without a warning, and finds every file it requires', async () => {
    const { folder, warnings } = await packProject(`samples/${name}`)
    expect(warnings).toEqual([])
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => /\.js$/.test(file) && !/(node_modules|miniprogram_npm)\//.test(file))
    const required = sources.flatMap(file => [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/require\(['"](sampan[^'"]*)['"]\)/g)].map(match => match[1]!))
    expect(required.length).toBeGreaterThan(0)
    const missing = required.filter(door => ![`${door}.js`, `${door}/index.js`].some(file => existsSync(`${folder}/miniprogram_npm/${file}`)))
    expect(missing).toEqual([])
  })
})

// hello-wechat has a test of its own: one project's pages a test file.
describe('the page of hello-stream', () => {
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

  test('shows an answer as it comes, and all the while that AI generates it', async () => {
    const { folder } = await packProject('samples/hello-stream')
    const wx = phone.wx as unknown as { request(options: { url: string }): unknown }
    const request = wx.request.bind(wx)
    // The sample names the port of `npm start`; the test has a port of its own.
    wx.request = options => request({ ...options, url: options.url.replace('http://127.0.0.1:8787', server.url) })
    const page = await openPage({ folder, page: 'pages/index/index', wx })
    expect(page.text()).toBe('内容由 AI 生成')
    await page.dispatch('.field', 'confirm', { value: '讲讲你们的手冲' })
    await page.until(() => page.instance.data.pieces.length > 2, 10_000)
    expect(page.instance.data.error).toBe('')
    expect(page.text()).toBe(`${page.instance.data.pieces.join('')}内容由 AI 生成`)
    page.close()
  })
})
