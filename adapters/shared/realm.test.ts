import { build } from 'esbuild'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { startByteServer, type ByteServer } from '../../sdk/testkit/byte-server.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import { createRealm } from '../../sdk/testkit/realm.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { ALL_HOSTS, HOST_NAMES } from './__fixtures__/all-hosts.js'

// Every adapter where it lives: an engine with nothing but the language, and one global of the host's.

const ends: (() => void)[] = []
let server: ByteServer
beforeEach(async () => void (server = await startByteServer()))
afterEach(() => server.close())
afterAll(() => ends.forEach((end) => end()))

async function inRealm(name: (typeof HOST_NAMES)[number]): Promise<Platform> {
  const entry = new URL(`../${name}/index.ts`, import.meta.url).pathname
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName: 'adapter', target: 'es2017' })
  const realm = createRealm({ functions: 'throw', macrotaskPromises: true })
  const { api, dispose } = createHostFake(name, { makeBuffer: realm.makeBuffer, cuts: [5] })
  ends.push(dispose)
  realm.define(ALL_HOSTS[name].global, api)
  realm.run(outputFiles[0]!.text, `${name}.js`)
  return realm.run(`adapter.${name}Platform()`) as Platform
}

describe('an adapter in a bare realm', () => {
  it.each(HOST_NAMES)('finds the global of %s, and brings an answer', async (name) => {
    server.use({ chunks: ['data: {"a":1}\n\n'] })
    const platform = await inRealm(name)
    expect(platform.host.name).toBe(name)
    const record = await recordRequest(platform, { url: server.url }).settled
    expect(bodyText(record)).toBe('data: {"a":1}\n\n')
  })
})
