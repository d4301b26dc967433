import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startByteServer } from '../../sdk/testkit/byte-server.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { bodyText, recordRequest } from '../../sdk/testkit/request-record.js'
import { nodePlatform } from './index.js'
import { hostFacts } from './node-facts.js'
import { proveHost } from '../shared/__fixtures__/prove-host.js'

const storageDir = mkdtempSync(join(tmpdir(), 'sampan-node-'))
const filesDir = mkdtempSync(join(tmpdir(), 'sampan-files-'))
afterAll(() => [storageDir, filesDir].forEach((directory) => rmSync(directory, { recursive: true, force: true })))

const putFile = (bytes: Uint8Array): string => {
  const path = join(filesDir, 'memo "1".txt')
  writeFileSync(path, bytes)
  return path
}

proveHost(hostFacts, {
  '': () => ({ platform: nodePlatform(), putFile }),
  'with files': () => ({ platform: nodePlatform({ storageDir }), putFile }),
})

describe('nodePlatform', () => {
  it('keeps what is stored for the next process, and leaves no draft behind', async () => {
    await answerOf<void>((done) => nodePlatform({ storageDir }).storage.set('sampan:kept', 'yes', done))
    const next = nodePlatform({ storageDir })
    expect(await answerOf((done) => next.storage.get('sampan:kept', done))).toEqual({ failure: null, value: 'yes' })
    expect(readdirSync(storageDir).filter((file) => !file.endsWith('.txt'))).toEqual([])
    expect(next.capabilities.volatileStorage).toBe(false)
  })
  it('goes on after a write that failed', async () => {
    const { storage } = nodePlatform({ storageDir })
    const tooLong = await answerOf<void>((done) => storage.set('k'.repeat(300), 'x', done))
    expect(tooLong.failure?.errMsg).toContain('ENAMETOOLONG')
    expect((await answerOf<void>((done) => storage.set('sampan:short', 'x', done))).failure).toBeNull()
  })
  it('follows redirects, with the body only where the status says so', async () => {
    const server = await startByteServer(({ path, method, body }) =>
      path === '/end' ? { chunks: [`${method} ${body}`] } : { status: Number(path.slice(1)), headers: { location: '/end' } },
    )
    const ask = async (status: number) =>
      bodyText(await recordRequest(nodePlatform(), { url: `${server.url}/${status}`, method: 'POST', body: 'b' }).settled)
    expect([await ask(303), await ask(307)]).toEqual(['GET ', 'POST b'])
    await server.close()
  })
  it('names what is wrong with an address', async () => {
    const ask = async (url: string) => (await recordRequest(nodePlatform(), { url }).settled).failure?.reason
    // Too long for a name: no server of names is asked, whose answer may take its time.
    expect(await ask(`http://${'x'.repeat(64)}.invalid/`)).toBe('offline')
    expect(await ask('not a url')).toBe('unknown')
  })
})
