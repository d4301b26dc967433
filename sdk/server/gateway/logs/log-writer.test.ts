import { describe, expect, it, vi } from 'vitest'
import type { Frame } from '../frames.js'
import type { LogAppend, LogStore } from './log-store.js'
import { createLogWriter } from './log-writer.js'
import { memoryLogStore } from './memory-log-store.js'

const key = { userId: 'u', id: 'a' }
const ttlMs = 60_000
const frame = (seq: number, text = 'x'): Frame => ({ seq, lines: [`data: ${text}`] })
const last = (seq: number): Frame => frame(seq, '[DONE]')

async function start(maxBytes = 1e6, change: Partial<LogStore> = {}) {
  const memory = memoryLogStore()
  await memory.create(key, ttlMs)
  const appends: LogAppend[] = []
  const store: LogStore = {
    ...memory,
    append: async (...given) => {
      appends.push(given[1])
      return memory.append(...given)
    },
    ...change,
  }
  const onLost = vi.fn<(cause?: unknown) => void>()
  return { store, appends, onLost, writer: createLogWriter({ store, key, maxBytes, ttlMs, onLost }) }
}

describe('a writer', () => {
  it('writes everything in order, whatever the moment it comes in', async () => {
    for (let turns = 0; turns < 20; turns++) {
      const { store, writer, onLost } = await start()
      void writer.push(frame(1))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      void writer.push(last(2))
      await writer.flushed()
      expect(await store.read(key, 0, 9)).toMatchObject({ frames: [frame(1), last(2)], isDone: true })
      expect(onLost).not.toHaveBeenCalled()
    }
  })
  it('writes together what came while the store was busy', async () => {
    const { writer, appends } = await start()
    for (let seq = 1; seq <= 10; seq++) void writer.push(frame(seq))
    void writer.push(last(11))
    await writer.flushed()
    expect(appends.map(({ frames, isLast }) => [frames.length, isLast])).toEqual([[1, false], [10, true]])
  })
  it('holds back whoever writes faster than the store takes', async () => {
    let go = (): void => {}
    const { writer } = await start(1e6, { append: () => new Promise(resolve => (go = () => resolve(true))) })
    const waits = Array.from({ length: 300 }, (_, index) => writer.push(frame(index + 1)))
    expect(waits.slice(0, 257).every(wait => wait === undefined)).toBe(true)
    let isFree = false
    void waits.at(-1)!.then(() => (isFree = true))
    await Promise.resolve()
    expect(isFree).toBe(false)
    while (!isFree) {
      go()
      await new Promise(resolve => setImmediate(resolve))
    }
  })
  it('drops the oldest frames of a log that is too large, never the newest', async () => {
    const { store, writer } = await start(1000)
    for (let seq = 1; seq <= 50; seq++) {
      void writer.push(frame(seq))
      await writer.flushed()
      const { frames, first } = (await store.read(key, 0, 99))!
      expect(frames.at(-1)).toEqual(frame(seq))
      expect(frames.length).toBeLessThanOrEqual(14)
      expect(first).toBe(seq - frames.length + 1)
    }
    void writer.push(frame(51, 'x'.repeat(5000)))
    await writer.flushed()
    expect((await store.read(key, 0, 99))!.frames).toHaveLength(1)
  })
  it.each<[string, () => Promise<boolean>, unknown[]]>([
    ['is gone', async () => false, [undefined]],
    ['cannot be written', async () => Promise.reject(new Error('disk full')), [new Error('disk full')]],
  ])('says once that the log %s, and writes no more', async (_what, append, said) => {
    const write = vi.fn<LogStore['append']>(append)
    const { writer, onLost } = await start(1e6, { append: write })
    void writer.push(frame(1))
    void writer.push(frame(2))
    await writer.flushed()
    void writer.push(last(3))
    await writer.flushed()
    expect(onLost.mock.calls).toEqual([said])
    expect(write).toHaveBeenCalledOnce()
  })
})
