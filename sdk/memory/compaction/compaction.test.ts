import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compaction, type CompactionOptions } from './index.js'
import { messagesOf, prune, restore, sizeOf, wholeHistory } from './shorten.js'
import { asked, contextOf, endOf, question, run } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import type { AssistantMessage, Message, ToolMessage } from '../../protocol/messages.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'

const long = '一'.repeat(100)
const user = (n: number, content = '问' + n): Message => ({ id: 'u' + n, role: 'user', content })
const said = (n: number, content = '答' + n): Message => ({ id: 'a' + n, role: 'assistant', content })
const looked = (n: number, result = long): Message[] => [
  user(n),
  { id: 'c' + n, role: 'assistant', toolCalls: [{ id: 'call' + n, type: 'function', function: { name: 'find', arguments: '{}' } }] },
  { id: 'r' + n, role: 'tool', toolCallId: 'call' + n, content: result },
  said(n),
]
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id }) => id)
const stateOf = (events: readonly AgentEvent[]): any => (events.find(event => event.type === 'STATE_SNAPSHOT') as { snapshot: unknown } | undefined)?.snapshot

function ask(messages: Message[], options: CompactionOptions, more: Parameters<typeof question>[0] = {}) {
  const model = mockModel(textAnswer('好'))
  const events = run(createAgent({ model, middleware: [compaction(options)] }), question({ messages, ...more }))
  return { events, sent: model.requests[0]!.messages }
}

describe('without a summary', () => {
  it('a history that fits stays as it is', () => {
    const messages = [...looked(1), user(2)]
    expect(ask(messages, {}).sent).toEqual(messages)
  })
  it('the oldest tool results go first, only as many as need be', () => {
    const { sent } = ask([...looked(1), ...looked(2), user(3)], { maxTokens: 200 })
    expect(idsOf(sent)).toEqual(idsOf([...looked(1), ...looked(2), user(3)]))
    expect(sent.filter(({ role }) => role === 'tool').map(message => (message as ToolMessage).content === long)).toEqual([false, true])
  })
  it('then the oldest turns, and the model is told', () => {
    const messages: Message[] = [{ id: 's', role: 'system', content: '规则' }, user(1, long), said(1), user(2, long), said(2), user(3)]
    const { sent } = ask(messages, { maxTokens: 160 })
    expect(idsOf(sent)).toEqual(['s', 'sampan-summary', 'u2', 'a2', 'u3'])
    expect(sent[1]).toMatchObject({ role: 'system', content: 'Earlier messages of this conversation were left out.' })
  })
  it('the last turn stays, however long', () => {
    const { sent } = ask([user(1), said(1), ...looked(2, long + long).slice(0, 3), user(3, long)].slice(2), { maxTokens: 10 })
    expect(idsOf(sent)).toContain('u3')
    expect((sent[sent.length - 1] as { content: string }).content).toBe(long)
  })
})

const turns = fc
  .array(fc.record({ isTool: fc.boolean(), size: fc.integer({ min: 0, max: 60 }), isOpen: fc.boolean() }), { minLength: 1, maxLength: 8 })
  .map(all => all.flatMap(({ isTool, size, isOpen }, n) => (isTool ? looked(n, '一'.repeat(size)).slice(0, isOpen ? 3 : 4) : [user(n, '二'.repeat(size)), said(n)])))

it('no call is parted from its result, the limit holds wherever it can, and everything comes back', () => {
  fc.assert(
    fc.property(turns, fc.integer({ min: 1, max: 400 }), (messages, max) => {
      const history = prune(wholeHistory(messages), max)
      const sent = messagesOf(history)
      const calls = sent.flatMap(message => ((message as AssistantMessage).toolCalls ?? []).map(({ id }) => id))
      expect(sent.filter(({ role }) => role === 'tool').map(message => (message as ToolMessage).toolCallId)).toEqual(calls)
      expect(sizeOf(history) <= max || history.turns.length === 1).toBe(true)
      expect(restore(sent, history)).toEqual(messages)
    }),
  )
})

describe('with a summary', () => {
  const history = [user(1, long), said(1), user(2, long), said(2), user(3)]
  const options = (summary: ReturnType<typeof mockModel>): CompactionOptions => ({ maxTokens: 200, keepTokens: 120, summary: { model: summary } })
  it('older turns become one message, and the notes are kept in the state', () => {
    const notes = mockModel(textAnswer('要', '冰的'))
    const { events, sent } = ask(history, options(notes))
    expect(notes.requests[0]!.messages[1]).toMatchObject({ role: 'user', content: 'Conversation:\nuser: ' + long + '\nassistant: 答1' })
    expect(sent).toEqual([{ id: 'sampan-summary', role: 'system', content: 'What was said before, in short:\n要冰的' }, ...history.slice(2)])
    expect(stateOf(events)).toEqual({ sampan: { summary: { last: 'a1', text: '要冰的' } } })
    expect(endOf(events).usage).toEqual([expect.objectContaining({ inputTokens: 10 }), expect.objectContaining({ inputTokens: 10 })])
  })
  it('are summed up once: the next run reads the notes, and the one after adds to them', () => {
    const notes = mockModel(textAnswer('要冰的'), textAnswer('要冰的，大杯'))
    const first = ask(history, options(notes))
    const state = JSON.parse(JSON.stringify(stateOf(first.events)))
    const second = ask(history, options(notes), { state })
    expect(second.sent).toEqual(first.sent)
    expect(notes.requests).toHaveLength(1)
    const third = ask([...history, said(3, long), user(4)], options(notes), { state })
    expect(notes.requests[1]!.messages[1]).toMatchObject({ content: 'Notes so far:\n要冰的\n\nConversation:\nuser: ' + long + '\nassistant: 答2' })
    expect(idsOf(third.sent)).toEqual(['sampan-summary', 'u3', 'a3', 'u4'])
  })
  it('are read anew where the person has gone back behind the notes', () => {
    const notes = mockModel(textAnswer('新'))
    const { sent } = ask(history, options(notes), { state: { sampan: { summary: { last: 'gone', text: '旧' } } } })
    expect(JSON.stringify(sent)).toContain('新')
    expect(JSON.stringify(sent)).not.toContain('旧')
  })
  it.each([['fails', errorAnswer(new SampanError('transport/offline', 'off'))], ['breaks off', errorAnswer(new SampanError('transport/truncated', 'cut'), '半')], ['says nothing', textAnswer()]])('that %s: turns are left out instead', (_, answer) => {
    const { events, sent } = ask(history, options(mockModel(answer)))
    expect(sent[0]).toMatchObject({ id: 'sampan-summary', content: 'Earlier messages of this conversation were left out.' })
    expect(stateOf(events)).toBeUndefined()
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it('nothing is waited for where a person has just approved', () => {
    const notes = mockModel(textAnswer('x'))
    ask(history, options(notes), { resume: [{ interruptId: 'i', status: 'cancelled' }] })
    expect(notes.requests).toEqual([])
  })
  it('a question to the person brings the whole history along', () => {
    const tools = [defineTool({ name: 'work', description: '', approval: 'ask', execute: () => 1 })]
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'work', {}])), tools, middleware: [compaction(options(mockModel(textAnswer('要冰的'))))] })
    const events = run(agent, question({ messages: history }), contextOf())
    expect(asked(events)).toHaveLength(1)
    const snapshot = events.find(event => event.type === 'MESSAGES_SNAPSHOT')!
    expect(snapshot.messages.slice(0, history.length)).toEqual(history)
    expect(stateOf(events).sampan.summary.text).toBe('要冰的')
  })
})
