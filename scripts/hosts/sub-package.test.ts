import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWxFake, type WxFake } from '../../sdk/testkit/wx-fake.js'
import { openPage } from '../beds/exparser/open-page.js'
import { packProject } from '../beds/packer/pack-project.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'
import { root } from '../lib/run.js'

// The main package of a mini-program is small, so an agent often moves to a sub-package. An ordinary one finds Sampan in the
// main package's miniprogram_npm; an independent one, which runs without the main package, brings its own.
// `require.async` is a function of the host that this runtime lacks: not tried.

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
  await opened.until(() => opened.instance.data.status === 'running', 10_000)
  await opened.until(() => opened.instance.data.status === 'idle', 20_000)
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
