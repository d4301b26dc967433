import { describe, expect, it } from 'vitest'
import { aigcMetadata, label, labelText, toClipboardText } from './label.js'
import { historyOf, run } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { createThread } from '../thread/create-thread.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const options = { producer: '某某科技' }

describe('label', () => {
  it('marks each message of the assistant, and nothing else', () => {
    const model = mockModel([{ type: 'text-delta', delta: '查' }, ...toolAnswer(['c', 'work', {}])], textAnswer('好'))
    const tools = [defineTool({ name: 'work', description: '', execute: () => 1 })]
    const plain = run(createAgent({ model: mockModel([{ type: 'text-delta', delta: '查' }, ...toolAnswer(['c', 'work', {}])], textAnswer('好')), tools }))
    const events = run(createAgent({ model, tools, middleware: [label(options)] }))
    const starts = events.filter(event => event.type === 'TEXT_MESSAGE_START')
    expect(starts).toHaveLength(2)
    for (const { messageId, metadata } of starts) {
      expect(metadata).toEqual({ sampan: { aigc: { Label: '1', ContentProducer: '某某科技', ProduceID: messageId, ReservedCode1: '', ContentPropagator: '', PropagateID: '', ReservedCode2: '' } } })
    }
    expect(events.filter(({ type }) => type !== 'TEXT_MESSAGE_START')).toEqual(plain.filter(({ type }) => type !== 'TEXT_MESSAGE_START'))
  })
  it('marks them also where a run says its history anew', () => {
    const ask = defineTool({ name: 'ask', description: '', approval: 'ask', execute: () => 1 })
    const events = run(createAgent({ model: mockModel([{ type: 'text-delta', delta: '查' }, ...toolAnswer(['c', 'ask', {}])]), tools: [ask], middleware: [label(options)] }))
    expect(historyOf(events).map(({ role, metadata }) => [role, metadata?.sampan.aigc.ContentProducer])).toEqual([['user', undefined], ['assistant', '某某科技']])
  })
})

describe('the block for a file', () => {
  it('holds texts only', () => {
    const { AIGC } = aigcMetadata({ id: 'm' }, { ...options, propagator: '平台', label: '2' })
    expect(Object.keys(AIGC)).toEqual(['Label', 'ContentProducer', 'ProduceID', 'ReservedCode1', 'ContentPropagator', 'PropagateID', 'ReservedCode2'])
    expect(Object.values(AIGC)).toEqual(['2', '某某科技', 'm', '', '平台', '', ''])
  })
  it('has the number that the run gave the answer, also of a thread’s message', () => {
    const thread = createThread({ agent: createAgent({ model: mockModel(textAnswer('好')), middleware: [label(options)] }), id: 't' })
    const marks: string[] = []
    thread.on('event', event => void (event.type === 'TEXT_MESSAGE_START' && marks.push(event.metadata!.sampan.aigc.ProduceID)))
    thread.send('问')
    expect(marks).toEqual([aigcMetadata(thread.state.messages[1]!, options).AIGC.ProduceID])
  })
  it('is the one a message came with', () => {
    const { AIGC } = aigcMetadata({ id: 'm' }, options)
    expect(aigcMetadata({ id: 'copy', metadata: { sampan: { aigc: AIGC } } }, { producer: 'other' })).toEqual({ AIGC })
  })
})

describe('the words', () => {
  it('name AI and say that it was generated, in every language', () => {
    for (const language of ['zh', 'en'] as const) expect(labelText(language)).toMatch(/AI.*生成/)
  })
  it('go with what is copied, of a thread’s message and of the protocol’s', () => {
    const parts = [{ type: 'reasoning', text: '想' }, { type: 'text', text: '好。' }, { type: 'tool-call' }, { type: 'text', text: '完\n' }]
    expect(toClipboardText({ id: 'm', parts })).toBe('好。\n\n完\n\n内容由 AI 生成')
    expect(toClipboardText({ id: 'm', content: 'Fine.' }, 'en')).toBe('Fine.\n\nAI生成 · AI-generated')
  })
})
