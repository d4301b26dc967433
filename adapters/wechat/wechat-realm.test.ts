import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { createRealm, type RealmOptions } from '../../sdk/testkit/realm.js'
import { createWxFake } from '../../sdk/testkit/wx-fake.js'
import { proveHost, type TriedClient } from '../shared/__fixtures__/prove-host.js'

// The adapter where it lives: an engine with nothing but the language, a global wx, real HTTP, chunks cut anywhere.

let code: string
const ends: (() => void)[] = []
beforeAll(async () => {
  const entry = new URL('index.ts', import.meta.url).pathname
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName: 'adapter', target: 'es2017' })
  code = outputFiles[0]!.text
})
afterAll(() => ends.forEach((end) => end()))

function inRealm(options: RealmOptions): TriedClient {
  const realm = createRealm(options)
  const phone = createWxFake({ cuts: [1, 2, 3], makeBuffer: realm.makeBuffer })
  ends.push(phone.dispose)
  realm.define('wx', phone.wx)
  realm.run(code, 'wechat.js')
  return { platform: realm.run('adapter.wechatPlatform(wx, adapter.wechatFiles(wx))') as Platform, putFile: (bytes) => phone.addFile(bytes) }
}

proveHost({ name: 'wechat in a bare realm', gaps: {}, clients: [] }, { '': () => inRealm({ functions: 'undefined', macrotaskPromises: true }) })

describe('wechatPlatform in a bare realm', () => {
  it('loads and runs whatever the engine does to Function and escape', () => {
    const realms: RealmOptions[] = [{ functions: 'throw' }, { functions: 'undefined' }, { functions: 'throw', hasEscape: true }]
    for (const options of realms) expect(inRealm(options).platform.host).toMatchObject({ name: 'wechat', version: '3.7.0' })
  })
  it('offers no decoder where the engine has none', () => {
    expect(inRealm({ functions: 'throw' }).platform.createTextDecoder).toBeUndefined()
  })
})
