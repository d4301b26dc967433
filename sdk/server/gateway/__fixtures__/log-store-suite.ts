import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Frame } from '../frames.js'
import type { LogKey, LogNote, LogStore } from '../logs/log-store.js'
import { until } from './harness.js'

/** Where the suite gets its stores. */
export interface LogStoreSuiteOptions {
  /** Makes a store; the suite closes it. */
  open(): Promise<LogStore>
  /** Lets time pass for its logs, and so expire those made for `ttlMs`. */
  pass(ttlMs: number): Promise<void> | void
}

const ttlMs = 60_000
/** Longer than a test takes on any machine: time passes without waiting. */
const shortMs = 9000
/** A text that stores like to damage. */
const texts = ['data: {"text":"你好 🚣\\u0000"}', 'event: x\ndata: a\ndata: b', 'data: "\'; DROP TABLE logs; --', 'data: [DONE]']
const frame = (seq: number, text = `data: ${seq}`): Frame => ({ seq, lines: text.split('\n') })
const frames = (from: number, to: number): Frame[] => Array.from({ length: to - from + 1 }, (_, index) => frame(from + index))

/** What every {@link LogStore} does, whatever it is made of. */
export function logStoreSuite(name: string, { open, pass }: LogStoreSuiteOptions): void {
  const start = async (): Promise<{ store: LogStore; key: LogKey }> => {
    const store = await open()
    onTestFinished(() => store.close())
    return { store, key: { userId: `user ${randomUUID()} {:}`, id: 'log.a:1_-' } }
  }
  const add = (store: LogStore, key: LogKey, added: Frame[], isLast = false, keepFrom?: number) => store.append(key, { frames: added, isLast, ttlMs, keepFrom })

  describe(`a log in ${name}`, () => {
    it('is made by one of many who try at the same time', async () => {
      const { store, key } = await start()
      const made = await Promise.all([1, 2, 3, 4].map(() => store.create({ ...key }, ttlMs)))
      // One writer may be told twice that it has made it, where a command was sent again; never two after frames came.
      expect(made.filter(Boolean).length).toBeGreaterThanOrEqual(1)
      await add(store, key, [frame(1)])
      expect(await store.create(key, ttlMs)).toBe(false)
      expect((await store.read(key, 0, 9))?.last).toBe(1)
    })
    it('gives back what was put in, from any place on', async () => {
      const { store, key } = await start()
      await store.create(key, ttlMs)
      expect(await store.read(key, 0, 10)).toEqual({ frames: [], first: 1, last: 0, isDone: false, isOrphan: false })
      const all = texts.map((text, index) => frame(index + 1, text))
      expect(await add(store, key, all.slice(0, 3))).toBe(true)
      expect(await add(store, key, all.slice(3), true)).toBe(true)
      for (let after = 0; after <= 4; after++) {
        expect(await store.read(key, after, 10)).toEqual({ frames: all.slice(after), first: 1, last: 4, isDone: true, isOrphan: false })
      }
      expect((await store.read(key, 1, 2))?.frames).toEqual(all.slice(1, 3))
      expect(await store.read(key, 1, 0)).toMatchObject({ frames: [], last: 4 })
    })
    it('of another user, or of another id, is another log', async () => {
      const { store, key } = await start()
      await store.create(key, ttlMs)
      await add(store, key, [frame(1)])
      const others = [{ ...key, userId: `${key.userId}x` }, { ...key, id: 'other' }, { userId: `${key.userId} ${key.id}`, id: '' }]
      for (const other of others) expect(await store.read(other, 0, 10)).toBeUndefined()
    })
    it('takes nothing after its end, and nothing before it was made', async () => {
      const { store, key } = await start()
      expect(await add(store, key, [frame(1)])).toBe(false)
      expect(await store.read(key, 0, 10)).toBeUndefined()
      await store.create(key, ttlMs)
      await add(store, key, [frame(1)], true)
      expect(await add(store, key, [frame(2)])).toBe(false)
      expect(await store.read(key, 0, 10)).toMatchObject({ frames: [frame(1)], isDone: true })
    })
    it('may be told the same twice: a writer whose answer was lost writes again', async () => {
      const { store, key } = await start()
      await store.create(key, ttlMs)
      await add(store, key, frames(1, 3))
      expect(await add(store, key, frames(2, 4), true)).toBe(true)
      expect(await add(store, key, frames(2, 4), true)).toBe(true)
      expect((await store.read(key, 0, 10))?.frames).toEqual(frames(1, 4))
    })
    it('drops its oldest frames where it is told to', async () => {
      const { store, key } = await start()
      await store.create(key, ttlMs)
      await add(store, key, frames(1, 10))
      await add(store, key, frames(11, 12), false, 9)
      expect(await store.read(key, 0, 100)).toMatchObject({ frames: frames(9, 12), first: 9, last: 12 })
      expect((await store.read(key, 10, 100))?.frames).toEqual(frames(11, 12))
      await add(store, key, frames(13, 14), true)
      expect(await store.read(key, 0, 100)).toMatchObject({ frames: frames(9, 14), first: 9, last: 14, isDone: true })
    })
    it('holds many frames in their order, also written by one who does not wait', async () => {
      const { store, key } = await start()
      await store.create(key, ttlMs)
      const writes: Promise<boolean>[] = []
      for (let seq = 1; seq <= 2000; seq += 100) writes.push(add(store, key, frames(seq, seq + 99), seq === 1901))
      expect(new Set(await Promise.all(writes))).toEqual(new Set([true]))
      expect((await store.read(key, 0, 1e6))?.frames).toEqual(frames(1, 2000))
      expect((await store.read(key, 1990, 5))?.frames).toEqual(frames(1991, 1995))
    })
    it('is gone when its time is over, and may be made anew', async () => {
      const { store, key } = await start()
      await store.create(key, shortMs)
      await store.append(key, { frames: [frame(1)], isLast: true, ttlMs: shortMs })
      expect(await store.read(key, 0, 9)).toBeDefined()
      await pass(shortMs)
      expect(await store.read(key, 0, 9)).toBeUndefined()
      expect(await store.append(key, { frames: [frame(2)], isLast: false, ttlMs: shortMs })).toBe(false)
      expect(await store.create(key, ttlMs)).toBe(true)
      expect((await store.read(key, 0, 9))?.last).toBe(0)
    })
    it('is kept for longer by every frame', async () => {
      const { store, key } = await start()
      await store.create(key, shortMs)
      await store.append(key, { frames: [frame(1)], isLast: false, ttlMs })
      await pass(shortMs)
      expect((await store.read(key, 0, 9))?.last).toBe(1)
    })
    it('is forgotten on request, and only that', async () => {
      const { store, key } = await start()
      const other = { ...key, id: 'other' }
      for (const each of [key, other]) {
        await store.create(each, ttlMs)
        await add(store, each, [frame(1)])
      }
      await store.delete(key)
      await store.delete(key)
      expect(await store.read(key, 0, 9)).toBeUndefined()
      expect(await add(store, key, [frame(2)])).toBe(false)
      expect((await store.read(other, 0, 9))?.last).toBe(1)
    })
    it('is erased with all logs of its user, whoever writes one is told, and no other user loses one', async () => {
      const { store, key } = await start()
      const other = { ...key, userId: `${key.userId}x` }
      const mine = ['a', 'b', 'c'].map(id => ({ ...key, id }))
      for (const each of [...mine, other]) {
        await store.create(each, ttlMs)
        await add(store, each, [frame(1)])
      }
      const heard: LogNote[] = []
      const stop = store.watch(mine[1]!, note => heard.push(note))
      onTestFinished(stop)
      await heardOnce(store, mine[1]!, heard)
      await store.erase(key.userId)
      await until(() => heard.includes('cancel'))
      for (const each of mine) expect(await store.read(each, 0, 9)).toBeUndefined()
      expect(await add(store, mine[0]!, [frame(2)])).toBe(false)
      expect((await store.read(other, 0, 9))?.last).toBe(1)
      await store.erase(key.userId)
    })
  })

  describe(`what is said about a log in ${name}`, () => {
    it('reaches all who watch it, and nobody else', async () => {
      const { store, key } = await start()
      const heard: LogNote[][] = [[], [], []]
      const keys = [key, key, { ...key, id: 'other' }]
      const stops = keys.map((each, index) => store.watch(each, note => heard[index]!.push(note)))
      for (const [index, each] of keys.entries()) await heardOnce(store, each, heard[index]!)
      for (const notes of heard) notes.length = 0
      store.tell(key, 'cancel')
      await until(() => heard[0]!.includes('cancel') && heard[1]!.includes('cancel'))
      await store.create(key, ttlMs)
      await add(store, key, [frame(1)])
      await until(() => heard[0]!.includes('grown') && heard[1]!.includes('grown'))
      // What it was told itself, before, may still come.
      expect(heard[2]!.filter(note => note !== 'read')).toEqual([])
      stops[0]!()
      stops[0]!()
      heard[0]!.length = 0
      heard[1]!.length = 0
      store.tell(key, 'read')
      await until(() => heard[1]!.includes('read'))
      expect(heard[0]).toEqual([])
      stops.forEach(stop => stop())
    })
  })
}

/** Says something until it is heard: from then on everything is. */
async function heardOnce(store: LogStore, key: LogKey, heard: readonly LogNote[]): Promise<void> {
  await until(() => {
    if (!heard.includes('read')) store.tell(key, 'read')
    return heard.includes('read')
  })
}
