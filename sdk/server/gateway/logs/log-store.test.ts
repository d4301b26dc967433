import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { logStoreSuite } from '../__fixtures__/log-store-suite.js'
import { hasRedis, type RedisServer, startRedis } from '../__fixtures__/redis-server.js'
import { memoryLogStore } from './memory-log-store.js'
import { redisLogStore } from './redis-log-store.js'
import { sqliteLogStore } from './sqlite-log-store.js'
import type { LogStore } from './log-store.js'

let time = 1_000_000
const now = (): number => time
const pass = (ms: number): void => void (time += ms)
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const frame = (seq: number, size = 10) => ({ seq, lines: [`data: ${'x'.repeat(size)}`] })
const fill = async (store: LogStore, id: string, isLast = true): Promise<void> => {
  await store.create({ userId: 'u', id }, 60_000)
  await store.append({ userId: 'u', id }, { frames: [frame(1, 1000)], isLast, ttlMs: 60_000 })
}
const there = async (store: LogStore, ids: string[]): Promise<string[]> => {
  const found = await Promise.all(ids.map(async id => ((await store.read({ userId: 'u', id }, 0, 1)) ? id : '')))
  return found.filter(Boolean)
}

logStoreSuite('memory', { open: async () => memoryLogStore({ now }), pass })
logStoreSuite('SQLite', { open: async () => sqliteLogStore({ path: join(newFolder(), 'logs.db'), now }), pass })

describe.each<[string, (maxBytes: number) => LogStore]>([
  ['memory', maxBytes => memoryLogStore({ maxBytes, now })],
  ['SQLite', maxBytes => sqliteLogStore({ path: ':memory:', maxBytes, now })],
])('a limit of all logs in %s', (_name, open) => {
  it('forgets those that ended first, and none that runs', async () => {
    const store = open(4000)
    for (const id of ['runs', 'a', 'b', 'c']) await fill(store, id, id !== 'runs')
    expect(await there(store, ['runs', 'a', 'b', 'c'])).toEqual(['runs', 'b', 'c'])
    await fill(store, 'd')
    expect(await there(store, ['runs', 'a', 'b', 'c', 'd'])).toEqual(['runs', 'c', 'd'])
    await store.close()
  })
  it('counts what is dropped, expired and erased as room', async () => {
    const store = open(4000)
    for (let round = 0; round < 5; round++) {
      await fill(store, `erased ${round}`)
      await store.erase('u')
      await fill(store, `old ${round}`)
      pass(60_000)
      await fill(store, `deleted ${round}`)
      await store.delete({ userId: 'u', id: `deleted ${round}` })
    }
    pass(60_000)
    const long = { userId: 'u', id: 'long' }
    await store.create(long, 60_000)
    for (let seq = 1; seq <= 10; seq++) await store.append(long, { frames: [frame(seq, 1000)], isLast: false, keepFrom: seq, ttlMs: 60_000 })
    for (const id of ['a', 'b']) await fill(store, id)
    expect(await there(store, ['long', 'a', 'b'])).toEqual(['long', 'a', 'b'])
    await store.close()
  })
})

describe('a SQLite file', () => {
  it('holds its logs after a restart; one that had no end is an orphan', async () => {
    const path = join(newFolder(), 'logs.db')
    const first = sqliteLogStore({ path })
    await fill(first, 'done')
    await fill(first, 'open', false)
    await first.close()
    const second = sqliteLogStore({ path })
    onTestFinished(() => second.close())
    expect(await second.read({ userId: 'u', id: 'done' }, 0, 9)).toMatchObject({ frames: [frame(1, 1000)], isDone: true, isOrphan: false })
    expect(await second.read({ userId: 'u', id: 'open' }, 0, 9)).toMatchObject({ frames: [frame(1, 1000)], isDone: false, isOrphan: true })
    expect(await second.append({ userId: 'u', id: 'open' }, { frames: [frame(2)], isLast: true, ttlMs: 60_000 })).toBe(true)
    expect(await second.read({ userId: 'u', id: 'open' }, 1, 9)).toMatchObject({ frames: [frame(2)], isDone: true, isOrphan: false })
  })
  it('is refused, and left as it is, where another gateway has it or a newer version wrote it', async () => {
    const path = join(newFolder(), 'logs.db')
    const store = sqliteLogStore({ path })
    await fill(store, 'a')
    expect(() => sqliteLogStore({ path })).toThrow('is used by another gateway')
    expect(await there(store, ['a'])).toEqual(['a'])
    await store.close()
    const { createRequire } = await import('node:module')
    const Database = createRequire(import.meta.url)('libsql')
    const database = new Database(path)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => sqliteLogStore({ path })).toThrow('newer version (99)')
  })
})

describe.skipIf(!hasRedis())('with a real Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.close())

  logStoreSuite('Redis', { open: async () => redisLogStore({ url: redis.url }), pass: ms => redis.pass(ms) })

  it('a log is made by one of two gateways that try at the same time, and read by both', async () => {
    const [a, b] = [redisLogStore({ url: redis.url }), redisLogStore({ url: redis.url })]
    onTestFinished(() => Promise.all([a.close(), b.close()]).then(() => {}))
    for (let round = 0; round < 20; round++) {
      const key = { userId: 'race', id: String(round) }
      const made = await Promise.all([a.create(key, 60_000), b.create(key, 60_000)])
      expect(made.filter(Boolean)).toHaveLength(1)
      const [writer, reader] = made[0] ? [a, b] : [b, a]
      await writer.append(key, { frames: [frame(1)], isLast: false, ttlMs: 60_000 })
      expect(await reader.read(key, 0, 9)).toMatchObject({ frames: [frame(1)], isDone: false, isOrphan: false })
    }
  })
  it('a log whose gateway has gone is an orphan, which another may end, once', async () => {
    const [a, b, c] = [redisLogStore({ url: redis.url }), redisLogStore({ url: redis.url }), redisLogStore({ url: redis.url })]
    onTestFinished(() => Promise.all([b.close(), c.close()]).then(() => {}))
    const key = { userId: 'orphan', id: 'a' }
    await a.create(key, 60_000)
    await a.append(key, { frames: [frame(1)], isLast: false, ttlMs: 60_000 })
    expect(await b.read(key, 1, 9)).toMatchObject({ isOrphan: false })
    await a.close()
    expect(await b.read(key, 1, 9)).toMatchObject({ isOrphan: true })
    const end = { frames: [frame(2)], isLast: true, ttlMs: 60_000 }
    expect((await Promise.all([b.append(key, end), c.append(key, end)])).filter(Boolean)).toHaveLength(1)
    expect(await c.read(key, 0, 9)).toMatchObject({ frames: [frame(1), frame(2)], isDone: true, isOrphan: false })
  })
  it('commands wait for a Redis that is killed and comes back, and watchers hear again', async () => {
    const own = await startRedis()
    const store = redisLogStore({ url: own.url })
    onTestFinished(async () => {
      await store.close()
      await own.close()
    })
    const key = { userId: 'u', id: 'a' }
    await store.create(key, 60_000)
    await store.append(key, { frames: [frame(1)], isLast: false, ttlMs: 60_000 })
    let heard = 0
    store.watch(key, () => heard++)
    const restarted = own.restart()
    const appended = store.append(key, { frames: [frame(2)], isLast: false, ttlMs: 60_000 })
    await restarted
    expect(await appended).toBe(true)
    expect((await store.read(key, 0, 9))?.frames).toEqual([frame(1), frame(2)])
    const before = heard
    while (heard === before) {
      store.tell(key, 'read')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })
})
