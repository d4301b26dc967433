import { afterAll, describe, expect, it } from 'vitest'
import type { Storage } from '../../sdk/platform/platform.js'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { ALL_HOSTS } from './__fixtures__/all-hosts.js'

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function storageOf(name: HostFakeName): Storage {
  const { api, dispose } = createHostFake(name)
  ends.push(dispose)
  return ALL_HOSTS[name].make(api).storage
}
const set = async (storage: Storage, key: string, value: string) => (await answerOf<void>((done) => storage.set(key, value, done))).failure?.reason
const get = (storage: Storage, key: string) => answerOf<string | undefined>((done) => storage.get(key, done))

// Of the others no limit is known.
describe.each(['wechat', 'alipay', 'douyin'] as const)('storage in %s', (name) => {
  it('fails with reason quota for a value that is too large, and keeps what was stored', async () => {
    const storage = storageOf(name)
    expect(await set(storage, 'key', 'first')).toBeUndefined()
    expect(await set(storage, 'key', 'x'.repeat(2_000_000))).toBe('quota')
    expect(await get(storage, 'key')).toEqual({ failure: null, value: 'first' })
  })
  it('fails with reason quota when all of it is full, and keeps what was stored', async () => {
    const storage = storageOf(name)
    await set(storage, 'key', 'first')
    const reasons: (string | undefined)[] = []
    for (let index = 0; index < 60 && !reasons.includes('quota'); index++) reasons.push(await set(storage, `part${index}`, 'x'.repeat(190_000)))
    expect(reasons.filter(Boolean)).toEqual(['quota'])
    expect(await get(storage, 'key')).toEqual({ failure: null, value: 'first' })
    expect(await get(storage, 'part0')).toEqual({ failure: null, value: 'x'.repeat(190_000) })
  })
})
