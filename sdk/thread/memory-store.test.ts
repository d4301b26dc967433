import { describe, expect, it } from 'vitest'
import { createThread } from './create-thread.js'
import { createAgent } from '../agent/create-agent.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'
import { changeUser } from '../platform/signed-in-user.js'

function open() {
  const stored = new Map<string, string>()
  const storage = memoryStorage(stored)
  const thread = createThread({ agent: createAgent({ model: mockModel(textAnswer('好'), textAnswer('好')) }), platform: fakePlatform({ storage }), id: 't', clock: createTestClock() })
  return { stored, storage, thread }
}

describe('a thread without a store', () => {
  it('leaves nothing of itself on the phone', () => {
    const { stored, thread } = open()
    thread.send('hi')
    expect([thread.state.status, thread.state.messages.length, stored.size]).toEqual(['idle', 2, 0])
  })
  it('keeps what was said before the first user had signed in', () => {
    const { storage, thread } = open()
    thread.send('hi')
    changeUser(storage, 'anna')
    expect(thread.state.messages).toHaveLength(2)
  })
  it.each(['bert', ''])('is empty when its user leaves for %j, and goes on with what is said then', next => {
    const { storage, thread } = open()
    changeUser(storage, 'anna')
    thread.send('geheim')
    changeUser(storage, next)
    expect([thread.state.messages, thread.state.status]).toEqual([[], 'idle'])
    thread.send('hi')
    expect(thread.state.messages).toHaveLength(2)
  })
  it('hears of no user any more once it is disposed', () => {
    const { storage, thread } = open()
    changeUser(storage, 'anna')
    thread.send('hi')
    thread.dispose()
    changeUser(storage, 'bert')
    expect(thread.state.messages).toHaveLength(2)
  })
})
