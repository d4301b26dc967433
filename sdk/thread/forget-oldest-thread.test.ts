import { expect, it } from 'vitest'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { forgetOldestThread } from './forget-oldest-thread.js'
import { createAgent } from '../agent/create-agent.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const clock = createTestClock()

function talk(stored: Map<string, string>, id: string) {
  const agent = createAgent({ model: mockModel(textAnswer('好'.repeat(60_000))) })
  const thread = createThread({ agent, platform: fakePlatform({ stored }), id, clock, store: deviceStore() })
  thread.send('x')
  clock.advance(1000)
  return thread
}

it('deletes the thread that was used longest ago, whole, and no other', async () => {
  const stored = new Map([['the app’s own', '1']])
  for (const id of ['a', 'b/1/2', 'c']) talk(stored, id)
  talk(stored, 'a')
  const storage = memoryStorage(stored)
  expect(await forgetOldestThread(storage)).toBe('b/1/2')
  expect([...stored.keys()].filter(key => key.includes('b/1/2'))).toEqual([])
  expect(talk(stored, 'a').state.messages).toHaveLength(6)
  expect(stored.get('the app’s own')).toBe('1')
})

it('leaves the threads it is told to leave, and has nothing to do where no other is', async () => {
  const stored = new Map<string, string>()
  for (const id of ['a', 'b']) talk(stored, id)
  const storage = memoryStorage(stored)
  expect(await forgetOldestThread(storage, ['a'])).toBe('b')
  expect(await forgetOldestThread(storage, ['a'])).toBeUndefined()
  expect(await forgetOldestThread(storage)).toBe('a')
  expect(stored.size).toBe(0)
})
