import { readFileSync } from 'node:fs'
import { Subject } from 'rxjs'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEvent } from '../contracts.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

// What phones hold that released versions wrote. A fixture is never made anew: a record of that version has to be read for
// as long as docs/reference/versioning.md says.

function load(name: string, answers: MockAnswer[] = [textAnswer('好')]) {
  const stored = new Map(Object.entries(JSON.parse(readFileSync(new URL(`__fixtures__/record-${name}.json`, import.meta.url), 'utf8')) as Record<string, string>))
  const effects: string[] = []
  const order = defineTool({ name: 'order', description: 'Orders.', input: z.object({ drink: z.string() }), approval: 'ask', replay: 'never', execute: (_, { toolCallId }) => void effects.push(toolCallId) })
  const model = Object.assign(mockModel(...answers), { info: { provider: 'p', model: 'm', capabilities: { resumable: true } } })
  const thread = createThread({ agent: createAgent({ model, tools: [order] }), platform: fakePlatform({ storage: memoryStorage(stored) }), store: deviceStore(), id: 't', clock: createTestClock() })
  const shown = () => thread.state.messages.map(({ role, status, parts }) => [role, status, ...parts.map(part => (part.type === 'text' || part.type === 'reasoning' ? part.text : part.type === 'tool-call' ? part.state : part.type))])
  return { stored, thread, model, effects, shown }
}

it('version 1: a conversation with texts, a thought and a picture', () => {
  const { thread, shown, model } = load('v1-plain')
  expect(shown()).toEqual([['user', 'complete', '一'], ['assistant', 'complete', '好'], ['user', 'complete', '看', 'media'], ['assistant', 'complete', '想', '看到了']])
  expect(thread.state.messages[2]!.parts[1]).toMatchObject({ content: { type: 'image', source: { value: 'https://example.com/a.png' } } })
  thread.send('二')
  expect(model.requests[0]!.messages).toHaveLength(6)
})

it('version 1: an open question, which can be answered', () => {
  const { thread, shown, effects } = load('v1-open-interrupt')
  expect([thread.state.status, shown()[1]]).toEqual(['waiting', ['assistant', 'waiting', 'asking']])
  thread.approve('c')
  expect([effects, shown()[1]]).toEqual([['c'], ['assistant', 'complete', 'done', '好']])
})

it('version 1: a checkpoint, from which the run goes on', () => {
  const answer = new Subject<ModelEvent>()
  const { thread, shown, model } = load('v1-checkpoint', [answer])
  expect([thread.state.status, model.requests[0]!.joins]).toEqual(['running', true])
  answer.next({ type: 'text-delta', delta: '一半，和另一半' })
  answer.next({ type: 'finish', reason: 'stop' })
  expect(shown()[1]).toEqual(['assistant', 'complete', 'done', '一半，和另一半'])
})

it('version 1: a ledger that knows of a call which had begun, so that it is not run again', () => {
  const { thread, shown, effects } = load('v1-ledger')
  expect(thread.state.status).toBe('waiting')
  thread.approve('c')
  expect([effects, shown()[1]]).toEqual([[], ['assistant', 'complete', 'failed', '好']])
})

it('version 1: a conversation of a user, whose oldest turns were dropped', () => {
  expect(load('v1-user').shown().map(([, , text]) => text!.slice(0, 2))).toEqual(['第2', '好好', '第3', '好好', '第4', '好好'])
})

it('version 1: what is left of a record of which a page is damaged', () => {
  const { thread, shown } = load('v1-damaged-page')
  expect([thread.state.error?.code, shown().map(([, , text]) => text!.slice(0, 2))]).toEqual(['thread/record-damaged', ['第3', '好好', '第4', '好好']])
})

it('version 2, which is newer, is left untouched', () => {
  const { thread, stored } = load('v1-newer')
  const before = new Map(stored)
  expect([thread.state.error?.code, thread.state.messages]).toEqual(['thread/record-newer', []])
  thread.send('x')
  thread.clear()
  expect(stored).toEqual(before)
})
