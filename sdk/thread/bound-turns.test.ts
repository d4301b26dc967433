import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import type { KeepOptions } from './bound-turns.js'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { fakePlatform } from '../testkit/fake-platform.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const settle = () => new Promise(resolve => setTimeout(resolve, 0))

function open(keep: KeepOptions | undefined, stored = new Map<string, string>(), answer = '好', more: object = {}) {
  const model = mockModel(textAnswer(answer))
  const thread = createThread({ agent: createAgent({ model }), platform: fakePlatform({ stored }), id: 't', clock: createTestClock(), store: deviceStore({ keep }), ...more })
  const said = () => thread.state.messages.map(({ parts: [part] }) => (part as { text: string }).text)
  return { thread, model, stored, said }
}

describe('a bound on a conversation', () => {
  it('drops the oldest turns from what is shown, stored and sent, some at a time', () => {
    const { thread, said, model, stored } = open({ messages: 8 })
    for (let i = 1; i <= 4; i++) thread.send('第' + i)
    expect(said()).toHaveLength(8)
    thread.send('第5')
    expect(said()).toEqual(['第3', '好', '第4', '好', '第5', '好'])
    thread.send('第6')
    expect(model.requests.at(-1)!.messages).toHaveLength(7)
    expect(open(undefined, stored).said()).toEqual(['第3', '好', '第4', '好', '第5', '好', '第6', '好'])
    expect([...stored.values()].join()).not.toContain('第2')
  })
  it('counts bytes as they are stored', () => {
    const { thread, said } = open({ bytes: 4_000 }, undefined, '好'.repeat(300))
    for (let i = 1; i <= 8; i++) thread.send('x')
    // A turn has about 1,200 bytes, of which 900 are its 300 characters.
    expect([said().length, said()[0]]).toEqual([4, 'x'])
  })
  it('keeps the last turn, however long it is', () => {
    const { thread, said } = open({ bytes: 100, messages: 1 }, undefined, '好'.repeat(300))
    thread.send('a')
    thread.send('b')
    expect(said()).toEqual(['b', '好'.repeat(300)])
  })
  it('is 400 messages where nothing is said', () => {
    const { thread, said } = open(undefined)
    for (let i = 1; i <= 201; i++) thread.send('第' + i)
    expect([said().length, said()[0]]).toEqual([300, '第52'])
  })
  it('never parts a call from its result', () => {
    const tool = defineTool({ name: 'find', description: 'Finds.', input: z.object({}), execute: () => 1 })
    for (let messages = 1; messages < 9; messages++) {
      const model = mockModel(...Array.from({ length: 12 }, (_, i) => (i % 2 ? textAnswer('好') : toolAnswer(['c' + i, 'find', {}]))))
      const thread = createThread({ agent: createAgent({ model, tools: [tool] }), platform: fakePlatform(), id: 't', store: deviceStore({ keep: { messages } }) })
      for (let i = 0; i < 6; i++) thread.send('x')
      const sent = model.requests.at(-1)!.messages
      expect(sent[0]!.role).toBe('user')
      expect(sent.filter(({ role }) => role === 'tool')).toHaveLength(sent.filter(message => 'toolCalls' in message).length)
    }
  })
})

describe('a summary', () => {
  it('stands in the place of what was dropped, is stored, and is summed up again', async () => {
    const asked: unknown[] = []
    const compact: KeepOptions['compact'] = (dropped, before) => {
      asked.push([dropped.length, before])
      return Promise.resolve('Sum ' + asked.length)
    }
    const { thread, said, model, stored } = open({ messages: 4, compact })
    for (let i = 1; i <= 3; i++) thread.send('第' + i)
    expect(said()).toHaveLength(6)
    await settle()
    expect(said()).toEqual(['第3', '好'])
    thread.send('第4')
    expect(model.requests.at(-1)!.messages[0]).toEqual({ id: 'summary', role: 'system', content: 'Sum 1' })
    thread.send('第5')
    await settle()
    expect(asked).toEqual([[4, undefined], [4, 'Sum 1']])
    const again = open({ messages: 4 }, stored)
    again.thread.send('x')
    expect(again.model.requests[0]!.messages[0]).toMatchObject({ content: 'Sum 2' })
    again.thread.clear()
    again.thread.send('x')
    expect(again.model.requests.at(-1)!.messages).toHaveLength(1)
  })
  it('that fails drops nothing, and is asked for again', async () => {
    let count = 0
    const compact = () => {
      if (!count++) throw new Error('no')
      return 'Sum'
    }
    const { thread, said } = open({ messages: 2, compact })
    thread.send('a')
    thread.send('b')
    await settle()
    expect(said()).toHaveLength(4)
    thread.send('c')
    await settle()
    expect(said()).toEqual(['c', '好'])
  })
  it('that comes when its turns are gone is of no use', async () => {
    let give: (text: string) => void = () => {}
    const { thread, model } = open({ messages: 2, compact: () => new Promise<string>(resolve => (give = resolve)) })
    thread.send('a')
    thread.send('b')
    thread.clear()
    thread.send('c')
    await settle()
    give('of a and b')
    await settle()
    thread.send('d')
    expect(model.requests.at(-1)!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })
})
