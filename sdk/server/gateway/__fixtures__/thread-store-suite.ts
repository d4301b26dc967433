import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GatewayThreadStore, ThreadKey, ThreadWrite } from '../threads/gateway-thread-store.js'

/** Where the suite gets its stores. */
export interface ThreadStoreSuiteOptions {
  /** Makes a store; the suite closes it. */
  open(): Promise<GatewayThreadStore>
  /** Lets time pass, and so expire what was kept for `ttlMs`. */
  pass(ttlMs: number): Promise<void> | void
}

const change = (more: Partial<ThreadWrite>): ThreadWrite =>
  ({ after: 0, from: 0, items: [], rest: '{}', ttlMs: 60_000, maxThreads: 10, maxBytes: 10_000, ...more })
/** Longer than a test takes on any machine: time passes without waiting. */
const shortMs = 9000
/** Texts that stores like to damage. */
const texts = ['{"text":"你好 🚣\\u0000"}', '"\'; DROP TABLE threads; --"', '{"n":12345678901234567890}', '"a\\nb"']

/** What every {@link GatewayThreadStore} does, whatever it is made of. */
export function threadStoreSuite(name: string, { open, pass }: ThreadStoreSuiteOptions): void {
  const start = async (): Promise<{ store: GatewayThreadStore; key: ThreadKey }> => {
    const store = await open()
    onTestFinished(() => store.close())
    return { store, key: { userId: `user ${randomUUID()} {:}`, id: '咖啡/1 {:}' } }
  }
  const written = async (store: GatewayThreadStore, key: ThreadKey, more: Partial<ThreadWrite>): Promise<number> => {
    const result = await store.write(key, change(more))
    if (result.type !== 'written') throw new Error(JSON.stringify(result))
    return result.version
  }

  describe(`a thread in ${name}`, () => {
    it('gives back what was put in, grows, and is replaced from any place on', async () => {
      const { store, key } = await start()
      expect([await store.read(key), await store.list(key.userId)]).toEqual([undefined, []])
      const first = await written(store, key, { items: texts, rest: '{"a":"你"}' })
      expect(await store.read(key)).toMatchObject({ id: key.id, version: first, count: 4, items: texts, rest: '{"a":"你"}' })
      const second = await written(store, key, { after: first, from: 4, items: ['1', '2'] })
      expect(await store.read(key)).toMatchObject({ version: second, count: 6, items: [...texts, '1', '2'], rest: '{}' })
      const third = await written(store, key, { after: second, from: 2, items: ['3'] })
      const size = Buffer.byteLength([...texts.slice(0, 2), '3', '{}'].join(''))
      expect(await store.read(key)).toMatchObject({ items: [...texts.slice(0, 2), '3'], bytes: size })
      await written(store, key, { after: third })
      expect(await store.read(key)).toMatchObject({ items: [], count: 0, bytes: 2 })
      expect(first < second && second < third).toBe(true)
    })
    it('is written by one of two who follow the same version', async () => {
      const { store, key } = await start()
      const version = await written(store, key, { items: ['0'] })
      const results = await Promise.all(['1', '2', '3'].map(item => store.write(key, change({ after: version, from: 1, items: [item] }))))
      expect(results.filter(({ type }) => type === 'written')).toHaveLength(1)
      const now = (await store.read(key))!
      expect(results.filter(({ type }) => type === 'conflict')).toEqual([{ type: 'conflict', version: now.version }, { type: 'conflict', version: now.version }])
      expect(now.items).toHaveLength(2)
    })
    it('does not grow behind a place that it has not, nor from nothing after a version', async () => {
      const { store, key } = await start()
      expect(await store.write(key, change({ after: 7 }))).toEqual({ type: 'conflict', version: 0 })
      expect(await store.write(key, change({ from: 1 }))).toEqual({ type: 'conflict', version: 0 })
      expect(await store.read(key)).toBeUndefined()
    })
    it('never has a version again that it had before it was deleted', async () => {
      const { store, key } = await start()
      const version = await written(store, key, { items: ['1'] })
      await store.delete(key)
      await store.delete(key)
      expect(await store.read(key)).toBeUndefined()
      await pass(2)
      expect(await written(store, key, { items: ['2'] })).toBeGreaterThan(version)
      expect((await store.read(key))!.items).toEqual(['2'])
    })
    it('of another user, or of another id, is another thread', async () => {
      const { store, key } = await start()
      await written(store, key, { items: ['1'] })
      const others = [{ ...key, userId: `${key.userId}x` }, { ...key, id: 'other' }, { userId: `${key.userId} ${key.id}`, id: '' }]
      for (const other of others) expect(await store.read(other)).toBeUndefined()
    })
    it('stands in the list of its user, the newest first', async () => {
      const { store, key } = await start()
      for (const id of ['a', 'b', 'c']) {
        await written(store, { ...key, id }, { items: ['1'] })
        await pass(2)
      }
      const { version } = (await store.list(key.userId)).find(({ id }) => id === 'a')!
      await written(store, { ...key, id: 'a' }, { after: version, from: 1, items: ['2'] })
      const heads = await store.list(key.userId)
      expect(heads.map(({ id, count, bytes }) => [id, count, bytes])).toEqual([['a', 2, 4], ['c', 1, 3], ['b', 1, 3]])
      expect(Object.keys(heads[0]!).sort()).toEqual(['at', 'bytes', 'count', 'id', 'version'])
    })
    it('is refused where its user has too many, or too much; what makes it smaller is not', async () => {
      const { store, key } = await start()
      const version = await written(store, key, { items: ['x'.repeat(900)] })
      const other = { ...key, id: 'other' }
      expect(await store.write(other, change({ maxThreads: 1 }))).toEqual({ type: 'full' })
      expect(await store.write(other, change({ items: ['y'.repeat(100)], maxBytes: 1000 }))).toEqual({ type: 'full' })
      expect(await store.read(other)).toBeUndefined()
      expect(await store.write(key, change({ after: version, items: ['z'.repeat(800)], maxBytes: 100, maxThreads: 1 }))).toMatchObject({ type: 'written' })
      expect(await store.write({ ...key, userId: `${key.userId}x` }, change({ maxThreads: 1 }))).toMatchObject({ type: 'written' })
    })
    it('is gone when its time is over, makes room, and is kept for longer by every write', async () => {
      const { store, key } = await start()
      const other = { ...key, id: 'other' }
      const version = await written(store, key, { items: ['1'], ttlMs: shortMs })
      await written(store, other, { items: ['1'], ttlMs: shortMs })
      await written(store, key, { after: version, from: 1, items: ['2'] })
      await pass(shortMs)
      expect([await store.read(other), (await store.read(key))!.items, (await store.list(key.userId)).length]).toEqual([undefined, ['1', '2'], 1])
      expect(await store.write(other, change({ after: 0, items: ['3'], maxThreads: 2 }))).toMatchObject({ type: 'written' })
      expect((await store.read(other))!.items).toEqual(['3'])
    })
    it('is erased with all threads of its user, and no other user loses one', async () => {
      const { store, key } = await start()
      const other = { ...key, userId: `${key.userId}x` }
      for (const each of [key, { ...key, id: 'b' }, other]) await written(store, each, { items: ['1'] })
      await store.erase(key.userId, 60_000)
      await store.erase(key.userId, 60_000)
      expect([await store.list(key.userId), await store.read(key), (await store.read(other))!.items]).toEqual([[], undefined, ['1']])
      await written(store, key, { after: await store.erasedAt(key.userId), items: [] })
      expect((await store.read(key))!.items).toEqual([])
    })
    it('is not brought back by a write that was sent before its user was erased, and comes later', async () => {
      const { store, key } = await start()
      const other = { ...key, userId: `${key.userId}x` }
      expect(await store.erasedAt(key.userId)).toBe(0)
      const version = await written(store, key, { items: ['1'] })
      const second = await written(store, key, { after: version, from: 1, items: ['2'] })
      await store.erase(key.userId, 60_000)
      const erasedAt = await store.erasedAt(key.userId)
      expect(erasedAt).toBeGreaterThan(second)
      for (const each of [key, { ...key, id: 'new' }]) {
        for (const after of [0, version, second]) expect(await store.write(each, change({ after, items: ['late'] }))).toEqual({ type: 'conflict', version: erasedAt })
      }
      expect([await store.list(key.userId), await store.erasedAt(other.userId)]).toEqual([[], 0])
      await written(store, other, { items: ['1'] })
      const next = await written(store, key, { after: erasedAt, items: ['3'] })
      expect(next).toBeGreaterThan(erasedAt)
      expect((await store.read(key))!.items).toEqual(['3'])
      await store.erase(key.userId, 60_000)
      expect(await store.erasedAt(key.userId)).toBeGreaterThan(next)
      expect(await store.write(key, change({ after: erasedAt, items: ['late'] }))).toMatchObject({ type: 'conflict' })
    })
    it('may be written after any erasure that is forgotten, and no sooner for what was written since', async () => {
      const { store, key } = await start()
      await store.erase(key.userId, shortMs)
      const after = await store.erasedAt(key.userId)
      await written(store, key, { after, items: ['1'] })
      await store.delete(key)
      expect(await store.erasedAt(key.userId)).toBe(after)
      await pass(shortMs)
      expect(await store.erasedAt(key.userId)).toBe(0)
      await written(store, key, { items: ['2'] })
    })
  })
}
