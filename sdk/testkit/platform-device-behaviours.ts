import { deepEqual, equal, match, notDeepEqual, ok } from 'node:assert/strict'
import type { HostCallback, HostSignal, Platform, SignInCode } from '../platform/platform.js'
import { answerOf } from './answer-of.js'
import type { PlatformBehaviour } from './platform-suite.js'

async function valueOf<T>(call: (done: HostCallback<T>) => void): Promise<T | undefined> {
  const { failure, value } = await answerOf(call)
  equal(failure, null)
  return value
}

const get = (platform: Platform, key: string) => valueOf<string | undefined>((done) => platform.storage.get(key, done))
const set = (platform: Platform, key: string, value: string) => valueOf<void>((done) => platform.storage.set(key, value, done))
const remove = (platform: Platform, key: string) => valueOf<void>((done) => platform.storage.delete(key, done))
/** Which of these keys the platform lists. */
async function storedOf(platform: Platform, names: readonly string[]): Promise<string[]> {
  const listed = await valueOf<string[]>((done) => platform.storage.keys(done))
  return names.filter((name) => listed?.includes(name))
}

/** What every platform does beside requests. A member that is optional in the port is proved where it is present. */
export const DEVICE_BEHAVIOURS: readonly PlatformBehaviour[] = [
  {
    title: 'says who it is and what it can do',
    about: 'device',
    async run({ host, capabilities }) {
      match(host.name, /^[a-z]+$/)
      deepEqual([typeof host.version, typeof host.isSimulator, typeof host.isRelease], ['string', 'boolean', 'boolean'])
      ok(['bytes', 'text', 'events', 'none'].includes(capabilities.stream), `capabilities.stream is ${capabilities.stream}`)
      ok(capabilities.maxStreams >= 1, `capabilities.maxStreams is ${capabilities.maxStreams}`)
    },
  },
  {
    title: 'answers undefined for a key that is not stored',
    about: 'storage',
    async run(platform) {
      equal(await get(platform, 'sampan:absent'), undefined)
      await remove(platform, 'sampan:absent')
    },
  },
  {
    title: 'stores text as it is, the empty text too',
    about: 'storage',
    async run(platform) {
      for (const text of ['plain', '', '{"a":"值 🛶"}', '\ufeffbom', 'undefined', ' \n']) {
        await set(platform, 'sampan:text', text)
        equal(await get(platform, 'sampan:text'), text)
      }
    },
  },
  {
    title: 'stores a record of 150 KB',
    about: 'storage',
    async run(platform) {
      const text = '一条消息。'.repeat(10_240)
      await set(platform, 'sampan:record', text)
      ok((await get(platform, 'sampan:record')) === text, 'the record that is read is not the one that was written')
      await remove(platform, 'sampan:record')
    },
  },
  {
    title: 'lists and deletes keys of any name',
    about: 'storage',
    async run(platform) {
      const names = ['sampan:thread/1', 'sampan:线程', 'sampan:a b.c*?']
      for (const name of names) await set(platform, name, 'x')
      deepEqual(await storedOf(platform, names), names)
      for (const name of names) await remove(platform, name)
      deepEqual(await storedOf(platform, names), [])
    },
  },
  {
    title: 'keeps the last of several writes that were made at once',
    about: 'storage',
    async run(platform) {
      await Promise.all(['1', '2', '3'].map((text) => set(platform, 'sampan:race', text)))
      equal(await get(platform, 'sampan:race'), '3')
    },
  },
  {
    title: 'lets signals be listened to and left, twice too',
    about: 'signals',
    async run(platform) {
      const heard: HostSignal[] = []
      const stops = [platform.onSignal((signal) => heard.push(signal)), platform.onSignal((signal) => heard.push(signal))]
      for (const stop of [...stops, ...stops]) stop()
      deepEqual(heard, [])
    },
  },
  {
    title: 'gives random bytes that differ',
    about: 'randomBytes',
    needs: 'randomBytes',
    async run({ randomBytes }) {
      const [one, other] = [await valueOf<Uint8Array>((done) => randomBytes!(16, done)), await valueOf<Uint8Array>((done) => randomBytes!(16, done))]
      deepEqual([one?.length, other?.length], [16, 16])
      notDeepEqual([...one!], [...other!])
    },
  },
  {
    title: 'gives a fresh sign-in code to each of several callers',
    about: 'signIn',
    needs: 'signInCode',
    async run(platform) {
      const codes = await Promise.all([1, 2, 3].map(() => valueOf<SignInCode>((done) => platform.signInCode!(done))))
      equal(new Set(codes.map((answer) => answer?.code)).size, 3)
      ok(codes.every((answer) => answer?.code), 'a code is empty')
    },
  },
  {
    title: 'says so when an API does not exist',
    about: 'device',
    needs: 'invoke',
    async run(platform) {
      const { failure } = await answerOf((done) => platform.invoke!('noSuchApi', {}, done))
      equal(failure?.reason, 'unsupported')
    },
  },
  {
    title: 'decodes text that is cut inside a character, and keeps a leading BOM',
    about: 'device',
    async run({ createTextDecoder }) {
      // Whether there is one is a matter of the engine, not of the host.
      const decoder = createTextDecoder?.()
      if (!decoder) return
      const bytes = new TextEncoder().encode('\ufeff你好🛶')
      const text = Array.from(bytes, (byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.decode()
      equal(text, '\ufeff你好🛶')
    },
  },
]
