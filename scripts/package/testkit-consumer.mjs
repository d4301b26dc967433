// An app's own tests, run by Node's runner alone: copied into an app that installed the packed package, with no vitest
// and no TypeScript near it.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createAgent, createThread } from 'sampan'
import { nodePlatform } from 'sampan/adapters/node'
import { createRealm, createWxFake, fakePlatform, mockModel, platformSuite, scriptedModel, textAnswer } from 'sampan/testkit'

const folder = mkdtempSync(join(tmpdir(), 'consumer-'))
after(() => rmSync(folder, { recursive: true, force: true }))

platformSuite('node', () => nodePlatform(), {
  describe,
  it,
  gaps: { signInCode: 'there is no user', invoke: 'there is no phone' },
  putFile(_platform, bytes) {
    writeFileSync(join(folder, 'memo'), bytes)
    return join(folder, 'memo')
  },
})

it('has no test runner to import', async () => {
  await assert.rejects(import('vitest'), { code: 'ERR_MODULE_NOT_FOUND' })
})

it('answers an agent from a mock model, at once', () => {
  const model = mockModel(textAnswer('有', '三款'))
  const thread = createThread({ agent: createAgent({ model }), platform: fakePlatform(), id: 'barista' })
  thread.send('有什么？')
  assert.equal(model.requests.length, 1)
  assert.deepEqual(thread.state.messages.map(({ role }) => role), ['user', 'assistant'])
  assert.match(JSON.stringify(thread.state.messages), /有三款/)
  thread.dispose()
})

it('answers a request from a scripted model', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const tools = [{ type: 'function', function: { name: 'weather', description: '查询一个城市的天气', parameters } }]
  const { choices } = scriptedModel({ paceMs: 0 }).complete({ messages: [{ role: 'user', content: '深圳天气怎么样' }], tools })
  assert.equal(choices[0].finish_reason, 'tool_calls')
  assert.deepEqual(JSON.parse(choices[0].message.tool_calls[0].function.arguments), { city: '深圳' })
})

it('runs the mini-program build in a bare realm, on a fake phone', () => {
  const folder = new URL('miniprogram_dist/', new URL(createRequire(import.meta.url).resolve('sampan/package.json'), 'file:'))
  const realm = createRealm({ functions: 'undefined' })
  const phone = createWxFake({ makeBuffer: realm.makeBuffer })
  realm.define('wx', phone.wx)
  const loaded = new Map()
  const load = file => {
    if (!loaded.has(file.href)) {
      const module = { exports: {} }
      loaded.set(file.href, module)
      realm.run(`(function (require, module, exports) {${readFileSync(file, 'utf8')}\n})`, file.pathname)(name => load(new URL(`${name.replace(/\.js$/, '')}.js`, file)), module, module.exports)
    }
    return loaded.get(file.href).exports
  }
  try {
    const { host, capabilities } = load(new URL('adapters/wechat.js', folder)).wechatPlatform()
    assert.deepEqual([host.name, capabilities.stream], ['wechat', 'bytes'])
  } finally {
    phone.dispose()
  }
})
