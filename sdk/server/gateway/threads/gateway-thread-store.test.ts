import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { threadStoreSuite } from '../__fixtures__/thread-store-suite.js'
import { hasRedis, type RedisServer, startRedis } from '../__fixtures__/redis-server.js'
import { memoryThreadStore } from './memory-thread-store.js'
import { redisThreadStore } from './redis-thread-store.js'
import { sqliteThreadStore } from './sqlite-thread-store.js'

let time = 1_700_000_000_000
const now = (): number => time
const pass = (ms: number): void => void (time += ms)
const newPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-threads-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'threads.db')
}
const write = { after: 0, from: 0, items: ['1'], rest: '{}', ttlMs: 60_000, maxThreads: 9, maxBytes: 9999 }

threadStoreSuite('memory', { open: async () => memoryThreadStore({ now }), pass })
threadStoreSuite('SQLite', { open: async () => sqliteThreadStore({ path: newPath(), now }), pass })

it('memory forgets what was written longest ago when all are too much', async () => {
  const store = memoryThreadStore({ now, maxBytes: 3500 })
  for (const id of ['a', 'b', 'c']) await store.write({ userId: id, id }, { ...write, items: ['x'.repeat(1000)] })
  expect(await Promise.all(['a', 'b', 'c'].map(async id => (await store.list(id)).length))).toEqual([0, 1, 1])
})

it('memory counts what a thread costs besides its bytes, and what was deleted and erased as room', async () => {
  const store = memoryThreadStore({ now, maxBytes: 3000 })
  const tiny = { ...write, items: ['1'] }
  for (let round = 0; round < 9; round++) {
    const after = await store.erasedAt('gone')
    await store.write({ userId: 'gone', id: 'a' }, { ...tiny, after })
    await store.delete({ userId: 'gone', id: 'a' })
    expect(await store.write({ userId: 'gone', id: 'b' }, { ...tiny, after })).toMatchObject({ type: 'written' })
    await store.erase('gone', 60_000)
  }
  for (let id = 0; id < 9; id++) await store.write({ userId: 'u', id: String(id) }, tiny)
  expect((await store.list('u')).map(({ id }) => id)).toEqual(['8', '7', '6', '5', '4'])
})

describe('a SQLite file', () => {
  it('holds its threads after a restart', async () => {
    const path = newPath()
    const first = sqliteThreadStore({ path })
    await first.write({ userId: 'u', id: 'a' }, write)
    await first.erase('gone', 60_000)
    await first.close()
    const second = sqliteThreadStore({ path })
    onTestFinished(() => second.close())
    expect((await second.read({ userId: 'u', id: 'a' }))!.items).toEqual(['1'])
    expect(await second.write({ userId: 'gone', id: 'a' }, write)).toMatchObject({ type: 'conflict' })
  })
  it('is refused where another gateway has it or a newer version wrote it', async () => {
    const path = newPath()
    const store = sqliteThreadStore({ path })
    expect(() => sqliteThreadStore({ path })).toThrow('is used by another gateway')
    await store.close()
    const Database = createRequire(import.meta.url)('libsql')
    const database = new Database(path)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => sqliteThreadStore({ path })).toThrow('newer version (99)')
  })
})

describe.skipIf(!hasRedis())('with a real Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.close())

  threadStoreSuite('Redis', { open: async () => redisThreadStore({ url: redis.url }), pass: ms => redis.pass(ms) })

  it('a thread of which Redis has lost a part is not there, and may be written anew', async () => {
    const store = redisThreadStore({ url: redis.url })
    const { Redis } = createRequire(import.meta.url)('ioredis')
    const client = new Redis(redis.url)
    onTestFinished(() => store.close().then(() => client.disconnect()))
    for (const part of ['thread:', 'thread-rest:']) {
      const key = { userId: 'lossy', id: part }
      const first = await store.write(key, { ...write, items: ['1', '2'] })
      const { version } = first as { version: number }
      await client.del(`sampan:{lossy}:${part}${part}`)
      expect(await store.read(key)).toBeUndefined()
      expect(await store.write(key, { ...write, after: version, from: 2 })).toEqual({ type: 'conflict', version: 0 })
      expect(await store.write(key, { ...write, items: ['1', '2', '3'] })).toMatchObject({ type: 'written' })
      expect((await store.read(key))!.items).toEqual(['1', '2', '3'])
    }
  })
  it('a thread is written by one of two gateways that try at the same time', async () => {
    const stores = [redisThreadStore({ url: redis.url }), redisThreadStore({ url: redis.url })]
    onTestFinished(() => Promise.all(stores.map(store => store.close())).then(() => {}))
    for (let round = 0; round < 20; round++) {
      const results = await Promise.all(stores.map(store => store.write({ userId: 'race', id: String(round) }, { ...write, maxThreads: 99 })))
      expect(results.map(({ type }) => type).sort()).toEqual(['conflict', 'written'])
    }
  })
})
