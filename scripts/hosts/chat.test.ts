import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RealmOptions } from '../../sdk/testkit/realm.js'
import { runInQuickjs } from '../beds/quickjs/run-in-quickjs.js'
import { packed } from '../lib/beds.js'
import { expectChat, replayed } from '../lib/chat-expectation.js'
import { chatInRealm } from '../lib/chat-in-realm.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'
import { root, run } from '../lib/run.js'
import type { ChatReport } from '../lib/chat-flow.js'

// Chat, tool, approval and stop, by the mini-program build, in engines that have nothing but the language.

let server: ChatServer
beforeAll(async () => {
  await packed()
  server = await startChatServer()
})
afterAll(() => server.close())

const realms: [string, RealmOptions][] = [
  ['Function throws', { functions: 'throw' }],
  ['Function answers undefined, as in WeChat', { functions: 'undefined' }],
  ['promises are macrotasks, as on iOS 15', { functions: 'undefined', macrotaskPromises: true }],
  ['there is an escape', { functions: 'undefined', hasEscape: true }],
]

describe.each(realms)('in a realm where %s', (_, options) => {
  test.each([[[1]], [[2, 3, 1, 7]], [[4096]]])('a person orders and stops an answer, chunks cut at %j', async cuts => {
    expectChat(await chatInRealm(options, server.url, cuts))
  })
})

test('without a compiler, a person orders and stops an answer', async () => {
  const { code, output } = await run(process.execPath, ['--jitless', '--import', 'tsx', 'scripts/hosts/chat-child.ts', server.url], { cwd: root })
  expect(code, output).toBe(0)
  expectChat(JSON.parse(output.trim().split('\n').at(-1)!) as ChatReport)
})

test('in QuickJS, a person orders and stops an answer', async () => {
  const [report] = await runInQuickjs(replayed(await recorded()))
  expectChat(report as ChatReport)
})

async function recorded() {
  const own = await startChatServer()
  await chatInRealm({ functions: 'throw' }, own.url, [4096])
  await own.close()
  return own.answers
}
