import { expect } from 'vitest'
import type { HostCallback, HostSignal, Platform, SignInCode } from '../platform/platform.js'
import { answerOf } from './answer-of.js'
import type { PlatformBehaviour } from './platform-suite.js'

async function valueOf<T>(call: (done: HostCallback<T>) => void): Promise<T | undefined> {
  const { failure, value } = await answerOf(call)
  expect(failure).toBeNull()
  return value
}

const get = (platform: Platform, key: string) => valueOf<string | undefined>((done) => platform.storage.get(key, done))
const set = (platform: Platform, key: string, value: string) => valueOf<void>((done) => platform.storage.set(key, value, done))
const remove = (platform: Platform, key: string) => valueOf<void>((done) => platform.storage.delete(key, done))
const keys = (platform: Platform) => valueOf<string[]>((done) => platform.storage.keys(done))

/** What every platform does beside requests. A member that is optional in the port is proved where it is present. */
export const DEVICE_BEHAVIOURS: readonly PlatformBehaviour[] = [
  {
    title: 'says who it is and what it can do',
    async run({ host, capabilities }) {
      expect(host.name).toMatch(/^[a-z]+$/)
      expect([typeof host.version, typeof host.isSimulator, typeof host.isRelease]).toEqual(['string', 'boolean', 'boolean'])
      expect(['bytes', 'text', 'events', 'none']).toContain(capabilities.stream)
      expect(capabilities.maxStreams).toBeGreaterThanOrEqual(1)
    },
  },
  {
    title: 'answers undefined for a key that is not stored',
    async run(platform) {
      expect(await get(platform, 'sampan:absent')).toBeUndefined()
      await remove(platform, 'sampan:absent')
    },
  },
  {
    title: 'stores text as it is, the empty text too',
    async run(platform) {
      for (const text of ['plain', '', '{"a":"值 🛶"}', '\ufeffbom', 'undefined', ' \n']) {
        await set(platform, 'sampan:text', text)
        expect(await get(platform, 'sampan:text')).toBe(text)
      }
    },
  },
  {
    title: 'stores a record of 150 KB',
    async run(platform) {
      const text = '一条消息。'.repeat(10_240)
      await set(platform, 'sampan:record', text)
      expect((await get(platform, 'sampan:record')) === text).toBe(true)
      await remove(platform, 'sampan:record')
    },
  },
  {
    title: 'lists and deletes keys of any name',
    async run(platform) {
      const names = ['sampan:thread/1', 'sampan:线程', 'sampan:a b.c*?']
      for (const name of names) await set(platform, name, 'x')
      expect(await keys(platform)).toEqual(expect.arrayContaining(names))
      for (const name of names) await remove(platform, name)
      expect((await keys(platform))?.filter((name) => names.includes(name))).toEqual([])
    },
  },
  {
    title: 'keeps the last of several writes that were made at once',
    async run(platform) {
      await Promise.all(['1', '2', '3'].map((text) => set(platform, 'sampan:race', text)))
      expect(await get(platform, 'sampan:race')).toBe('3')
    },
  },
  {
    title: 'lets signals be listened to and left, twice too',
    async run(platform) {
      const heard: HostSignal[] = []
      const stops = [platform.onSignal((signal) => heard.push(signal)), platform.onSignal((signal) => heard.push(signal))]
      for (const stop of [...stops, ...stops]) stop()
      expect(heard).toEqual([])
    },
  },
  {
    title: 'gives random bytes that differ',
    async run({ randomBytes }) {
      if (!randomBytes) return
      const [one, other] = [await valueOf<Uint8Array>((done) => randomBytes(16, done)), await valueOf<Uint8Array>((done) => randomBytes(16, done))]
      expect([one?.length, other?.length]).toEqual([16, 16])
      expect([...one!]).not.toEqual([...other!])
    },
  },
  {
    title: 'gives a fresh sign-in code to each of several callers',
    async run(platform) {
      if (!platform.signInCode) return
      const codes = await Promise.all([1, 2, 3].map(() => valueOf<SignInCode>((done) => platform.signInCode!(done))))
      expect(new Set(codes.map((answer) => answer?.code)).size).toBe(3)
      expect(codes.every((answer) => answer?.code)).toBe(true)
    },
  },
  {
    title: 'says so when an API does not exist',
    async run(platform) {
      if (!platform.invoke) return
      const { failure } = await answerOf((done) => platform.invoke!('noSuchApi', {}, done))
      expect(failure?.reason).toBe('unsupported')
    },
  },
  {
    title: 'decodes text that is cut inside a character, and keeps a leading BOM',
    async run({ createTextDecoder }) {
      const decoder = createTextDecoder?.()
      if (!decoder) return
      const bytes = new TextEncoder().encode('\ufeff你好🛶')
      const text = Array.from(bytes, (byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.decode()
      expect(text).toBe('\ufeff你好🛶')
    },
  },
]
