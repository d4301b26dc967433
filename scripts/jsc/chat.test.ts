import { beforeAll, expect, test } from 'vitest'
import { packed } from '../lib/beds.js'
import { expectChat, replayed } from '../lib/chat-expectation.js'
import type { ChatReport } from '../lib/chat-flow.js'
import { chatInRealm } from '../lib/chat-in-realm.js'
import { runInJsc } from '../lib/run-in-jsc.js'
import { startChatServer } from '../lib/chat-server.js'

beforeAll(async () => { await packed() })

test('in JavaScriptCore without a compiler, a person orders and stops an answer', async () => {
  const server = await startChatServer()
  await chatInRealm({ functions: 'throw' }, server.url, [4096])
  await server.close()
  const reports = await runInJsc(`${replayed(server.answers)}\nwhile (runTimer()) { drainMicrotasks() }`)
  expect(reports).toHaveLength(1)
  expectChat(reports[0] as ChatReport)
})
