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
  const store = memoryThreadStore({ now, maxBytes: 2500 })
  for (const id of ['a', 'b', 'c']) await store.write({ userId: id, id }, { ...write, items: ['x'.repeat(1000)] })
  expect(await Promise.all(['a', 'b', 'c'].map(async id => (await store.list(id)).length))).toEqual([0, 1, 1])
})

describe('a SQLite file', () => {
  it('holds its threads after a restart', async () => {
    const path = newPath()
    const first = sqliteThreadStore({ path })
    await first.write({ userId: 'u', id: 'a' }, write)
    await first.close()
    const second = sqliteThreadStore({ path })
    onTestFinished(() => second.close())
    expect((await second.read({ userId: 'u', id: 'a' }))!.items).toEqual(['1'])
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
  beforeAll(async () => void (redis = await startRedis()), 20_000)
  afterAll(() => redis.close())

  threadStoreSuite('Redis', { open: async () => redisThreadStore({ url: redis.url }), pass: ms => new Promise(resolve => setTimeout(resolve, ms + 50)) })

  it('a thread is written by one of two gateways that try at the same time', async () => {
    const stores = [redisThreadStore({ url: redis.url }), redisThreadStore({ url: redis.url })]
    onTestFinished(() => Promise.all(stores.map(store => store.close())).then(() => {}))
    for (let round = 0; round < 20; round++) {
      const results = await Promise.all(stores.map(store => store.write({ userId: 'race', id: String(round) }, { ...write, maxThreads: 99 })))
      expect(results.map(({ type }) => type).sort()).toEqual(['conflict', 'written'])
    }
  })
})
