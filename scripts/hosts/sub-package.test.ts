import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject } from '../beds/packer/pack-project.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'
import { root } from '../lib/run.js'

// The main package of a mini-program is small, so an agent often moves to a sub-package. An ordinary one finds Sampan in the
// main package's miniprogram_npm; an independent one, which runs without the main package, brings its own.
// A page can also fetch a sub-package when it needs it, with `require.async`: that is a shim here, written from WeChat's typings.

let server: ChatServer
let phone: WxFake
let folder: string
beforeAll(async () => {
  server = await startChatServer()
  phone = createWxFake({ cuts: [3, 1, 2, 5] })
  const packed = await packProject('samples/hello-wechat')
  // A copy of its own: other tests use the project as it is.
  folder = `${root}.cache/projects/sub-packages`
  rmSync(folder, { recursive: true, force: true })
  cpSync(packed.folder, folder, { recursive: true })
  for (const name of ['ordinary', 'independent']) cpSync(`${folder}/pages`, `${folder}/${name}/pages`, { recursive: true })
}, 300_000)
afterAll(async () => {
  phone.dispose()
  await server.close()
})

async function talk(page: string): Promise<string> {
  const file = `${folder}/${page}.js`
  writeFileSync(file, readFileSync(file, 'utf8').replace('http://127.0.0.1:8787', server.url))
  const opened = await openPage({ folder, page, wx: phone.wx as never })
  await opened.until(() => opened.instance.data.status === 'idle')
  opened.instance.onConfirm({ detail: { value: '有什么拿铁' } })
  await opened.until(() => opened.instance.data.status === 'running')
  await opened.until(() => opened.instance.data.status === 'idle')
  const text = opened.text()
  opened.close()
  return text
}

test('an agent in a sub-package talks through the main package’s miniprogram_npm', async () => {
  expect(await talk('ordinary/pages/index/index')).toContain('拿铁')
}, 60_000)

test('an agent in an independent sub-package talks through a miniprogram_npm of its own', async () => {
  renameSync(`${folder}/miniprogram_npm`, `${folder}/independent/miniprogram_npm`)
  expect(await talk('independent/pages/index/index')).toContain('拿铁')
}, 60_000)

// The page of the main package, which has nothing of Sampan in it.
const LAUNCHER = `
Page({
  data: { status: 'fetching', text: '' },
  onLoad() {
    require.async('../../agent/agent').then(({ thread }) => {
      this.thread = thread
      thread.on('status', status => this.setData({ status }))
      thread.on('text', delta => this.setData({ text: this.data.text + delta }))
      this.setData({ status: thread.state.status })
    }, ({ errMsg }) => this.setData({ status: 'failed', text: errMsg }))
  },
})`

/** Moves Sampan and the agent into a sub-package, behind a page that only knows where they are. */
function moveAgent(): string {
  const project = `${root}.cache/projects/fetched-agent`
  rmSync(project, { recursive: true, force: true })
  cpSync(folder, project, { recursive: true, filter: path => !/\/(ordinary|independent|node_modules)(\/|$)/.test(path) || path.includes('miniprogram_npm') })
  mkdirSync(`${project}/agent`, { recursive: true })
  const npm = existsSync(`${project}/miniprogram_npm`) ? `${project}/miniprogram_npm` : `${folder}/independent/miniprogram_npm`
  cpSync(npm, `${project}/agent/miniprogram_npm`, { recursive: true })
  // Nothing of it is left where the main package would find it.
  rmSync(`${project}/miniprogram_npm`, { recursive: true, force: true })
  const page = readFileSync(`${project}/pages/index/index.js`, 'utf8')
  const agent = page.slice(0, page.indexOf('Page({')).replace(/.*view\/behavior.*\n/, '').replace('http://127.0.0.1:8787', server.url)
  writeFileSync(`${project}/agent/agent.js`, `${agent}\nmodule.exports = { thread }\n`)
  writeFileSync(`${project}/pages/index/index.js`, LAUNCHER)
  const app = JSON.parse(readFileSync(`${project}/app.json`, 'utf8')) as object
  writeFileSync(`${project}/app.json`, JSON.stringify({ ...app, subPackages: [{ root: 'agent', pages: [] }] }))
  return project
}

test('an agent in a sub-package that is fetched with require.async talks to a page that has nothing of Sampan', async () => {
  const project = moveAgent()
  const opened = await openPage({ folder: project, page: 'pages/index/index', wx: phone.wx as never })
  await opened.until(() => opened.instance.data.status === 'idle')
  opened.instance.thread.send('有什么拿铁')
  await opened.until(() => opened.instance.data.status === 'running')
  await opened.until(() => opened.instance.data.status === 'idle')
  expect(opened.instance.data.text).toContain('拿铁')
  opened.close()
}, 60_000)

test('a plain require of what was not fetched fails, and so does a fetch of what is not there', async () => {
  const project = moveAgent()
  const page = `${project}/pages/index/index.js`
  writeFileSync(page, LAUNCHER.replace('agent/agent', 'agent/gone'))
  const opened = await openPage({ folder: project, page: 'pages/index/index', wx: phone.wx as never })
  await opened.until(() => opened.instance.data.status === 'failed')
  expect(opened.instance.data.text).toContain('agent/gone')
  opened.close()
  writeFileSync(page, "require('../../agent/agent')\nPage({})")
  await expect(openPage({ folder: project, page: 'pages/index/index', wx: phone.wx as never })).rejects.toThrow('not there yet')
}, 60_000)
