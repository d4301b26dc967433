import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialectOf, fitBody } from './dialect.js'
import { profiles, type Profile, type ProfileName } from './profiles.js'
import { requestBody } from '../openai/request-body.js'
import type { ModelRequest } from '../../contracts.js'
import type { Message } from '../../protocol/messages.js'

/** As a phone sends it over the wire that speaks a provider's dialect. */
function body(request: Partial<ModelRequest>, profile: Profile = profiles.generic): Record<string, unknown> {
  return JSON.parse(JSON.stringify(dialectOf(profile).fit(requestBody({ messages: [], ...request }, 'm-1', () => true))))
}
const wire = (messages: Message[], profile: Profile = profiles.generic): unknown => body({ messages }, profile).messages
const tool = { name: 'w', description: 'd', parameters: { type: 'object' } }
const toolCall = { id: 'a', type: 'function' as const, function: { name: 'w', arguments: '{}' } }
const schema = { type: 'object', properties: { n: { type: 'number' } } }

describe('a request', () => {
  test('that says nothing more holds model, messages and the wish for a stream with usage', () => {
    expect(body({ messages: [{ id: '1', role: 'user', content: 'hi' }] })).toEqual({
      model: 'm-1', messages: [{ role: 'user', content: 'hi' }], stream: true, stream_options: { include_usage: true },
    })
  })
  test('leaves the usage option out where it is not understood', () => {
    expect(body({}, { ...profiles.generic, includeUsage: false })).not.toHaveProperty('stream_options')
  })
  test('limits the length in the field the provider reads', () => {
    expect(body({ maxOutputTokens: 9, temperature: 0 })).toMatchObject({ max_tokens: 9, temperature: 0 })
    expect(body({ maxOutputTokens: 9 }, profiles.kimi)).toMatchObject({ max_completion_tokens: 9 })
    expect(body({ maxOutputTokens: 9 }, profiles.kimi)).not.toHaveProperty('max_tokens')
  })
  test('lets the app say fields of the provider, over anything of ours', () => {
    expect(body({ extra: { enable_thinking: true, stream_options: null } }, profiles.qwen)).toMatchObject({ enable_thinking: true, stream_options: null })
    expect(body({}, { ...profiles.generic, extraBody: { reasoning_split: true } })).toMatchObject({ reasoning_split: true })
  })
})

describe('tools', () => {
  test('are functions, and an empty list is none', () => {
    expect(body({ tools: [tool] }).tools).toEqual([{ type: 'function', function: tool }])
    for (const name of ['tools', 'tool_choice', 'tool_stream']) expect(body({ tools: [], toolChoice: 'auto' }, profiles.glm)).not.toHaveProperty(name)
  })
  test('stream their arguments at GLM only when asked', () => {
    expect(body({ tools: [tool] }, profiles.glm)).toMatchObject({ tool_stream: true })
    expect(body({ tools: [tool] })).not.toHaveProperty('tool_stream')
  })
  test.each<[keyof typeof profiles, (string | undefined)[]]>([
    ['generic', ['auto', 'none', 'required', 'w']],
    ['deepseek', ['auto', 'none', 'required', 'w']],
    ['hunyuan', ['auto', 'none', 'required', 'w']],
    ['qwen', ['auto', 'none', undefined, 'w']],
    ['kimi', ['auto', 'none', undefined, undefined]],
    ['glm', ['auto', 'no tools', undefined, undefined]],
  ])('are chosen at %s as it understands', (name, expected) => {
    const choices = (['auto', 'none', 'required', { toolName: 'w' }] as const).map(toolChoice => {
      const { tools, tool_choice: sent } = body({ tools: [tool], toolChoice }, profiles[name]) as { tools?: unknown; tool_choice?: string | { type: string; function: { name: string } } }
      if (!tools) return 'no tools'
      return typeof sent === 'object' ? sent.function.name : sent
    })
    expect(choices).toEqual(expected)
  })
})

describe('JSON of a shape', () => {
  const output = { name: 'answer', schema }
  test('is asked for by schema where schemas are understood', () => {
    expect(body({ output })).toMatchObject({ response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } }, messages: [] })
    expect(body({ output }, profiles.kimi)).toMatchObject({ response_format: { type: 'json_schema' } })
  })
  test.each(['deepseek', 'qwen', 'hunyuan', 'glm'] as const)('is asked of %s in words, which hold the word JSON', name => {
    const { response_format: format, messages } = body({ output, messages: [{ id: '1', role: 'user', content: 'hi' }] }, profiles[name])
    expect(format).toEqual({ type: 'json_object' })
    expect(messages).toEqual([{ role: 'system', content: expect.stringContaining('JSON') }, { role: 'user', content: 'hi' }])
    expect(JSON.stringify(messages)).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1))
  })
})

describe('messages', () => {
  test('cross the wire in the roles every provider knows', () => {
    expect(wire([
      { id: '1', role: 'system', content: 's' },
      { id: '2', role: 'developer', content: 'd' },
      { id: '3', role: 'user', content: 'u', name: 'n', metadata: { a: 1 } },
      { id: '4', role: 'assistant', content: 'text', toolCalls: [toolCall] },
      { id: '5', role: 'tool', content: [{ type: 'text', text: 'r' }], toolCallId: 'a' },
      { id: '6', role: 'activity', activityType: 'x', content: {} },
      { id: '7', role: 'assistant', toolCalls: [toolCall] },
      { id: '8', role: 'assistant', toolCalls: [] },
    ])).toEqual([
      { role: 'system', content: 's' },
      { role: 'system', content: 'd' },
      { role: 'user', content: 'u' },
      { role: 'assistant', content: 'text', tool_calls: [toolCall] },
      { role: 'tool', tool_call_id: 'a', content: 'r' },
      { role: 'assistant', content: null, tool_calls: [toolCall] },
      { role: 'assistant', content: '' },
    ])
  })
  test('carry images and files', () => {
    const content = [
      { type: 'text' as const, text: 'look' },
      { type: 'image' as const, source: { type: 'data' as const, value: 'AAA', mimeType: 'image/png' } },
      { type: 'image' as const, source: { type: 'url' as const, value: 'https://a/b.png' } },
      { type: 'document' as const, source: { type: 'data' as const, value: 'BBB', mimeType: 'application/pdf' } },
    ]
    expect(wire([{ id: '1', role: 'user', content }])).toEqual([{
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAA' } },
        { type: 'image_url', image_url: { url: 'https://a/b.png' } },
        { type: 'file', file: { file_data: 'data:application/pdf;base64,BBB' } },
      ],
    }])
  })
})

describe('earlier reasoning', () => {
  const thread: Message[] = [
    { id: '1', role: 'reasoning', content: 'hm, ' },
    { id: '2', role: 'reasoning', content: 'so' },
    { id: '3', role: 'assistant', toolCalls: [toolCall] },
    { id: '4', role: 'tool', content: 'r', toolCallId: 'a' },
    { id: '5', role: 'reasoning', content: 'then' },
    { id: '6', role: 'assistant', content: 'answer' },
    { id: '7', role: 'user', content: 'more' },
    { id: '8', role: 'assistant', content: 'plain' },
  ]
  const replayed = (profile: Profile): unknown[] =>
    (wire(thread, profile) as Record<string, unknown>[]).filter(({ role }) => role === 'assistant').map(message => message.reasoning_content)

  test.each<[string, Profile, unknown[]]>([
    ['does not go back by default', profiles.generic, [undefined, undefined, undefined]],
    ['does not go back to Qwen', profiles.qwen, [undefined, undefined, undefined]],
    ['goes back to DeepSeek with every answer, empty where there was none', profiles.deepseek, ['hm, so', 'then', '']],
    ['goes back to GLM with answers that called tools', profiles.glm, ['hm, so', undefined, undefined]],
    ['goes back to Kimi with answers that called tools', profiles.kimi, ['hm, so', undefined, undefined]],
    ['goes back where it was, if a profile says so', { ...profiles.qwen, reasoningReplay: 'keep' }, ['hm, so', 'then', undefined]],
  ])('%s', (_, profile, expected) => {
    expect(replayed(profile)).toEqual(expected)
  })
  test('goes back in the field the profile names', () => {
    const own: Profile = { ...profiles.generic, reasoningReplay: 'keep', reasoningField: 'reasoning' }
    expect(wire(thread.slice(0, 3), own)).toMatchObject([{ reasoning: 'hm, so' }])
  })
  test('never stands before a message that is no answer', () => {
    expect(wire([{ id: '1', role: 'reasoning', content: 'lost' }, { id: '2', role: 'user', content: 'u' }, { id: '3', role: 'assistant', content: 'a' }], profiles.deepseek)).toEqual([
      { role: 'user', content: 'u' }, { role: 'assistant', content: 'a', reasoning_content: '' },
    ])
  })
})

describe('a body that somebody else wrote', () => {
  const names = Object.keys(profiles) as ProfileName[]
  const message = fc.oneof(
    fc.record({ role: fc.constant('user'), content: fc.string() }),
    fc.record({ role: fc.constant('assistant'), content: fc.string(), tool_calls: fc.option(fc.constant([toolCall]), { nil: undefined }), reasoning_content: fc.option(fc.string(), { nil: undefined }), reasoning: fc.option(fc.string(), { nil: undefined }) }),
    fc.record({ role: fc.constant('tool'), tool_call_id: fc.constant('a'), content: fc.string() }),
  )
  const written = fc.record({
    model: fc.constant('m'),
    messages: fc.array(message, { maxLength: 5 }),
    tools: fc.option(fc.constantFrom([], [{ type: 'function', function: tool }]), { nil: undefined }),
    tool_choice: fc.option(fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'w' } }), { nil: undefined }),
    response_format: fc.option(fc.constantFrom({ type: 'text' }, { type: 'json_schema', json_schema: { name: 'answer', schema } }), { nil: undefined }),
    max_tokens: fc.option(fc.nat(), { nil: undefined }),
    stream_options: fc.option(fc.constant({ include_usage: true }), { nil: undefined }),
    anything: fc.jsonValue(),
  })
  const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  test('is the same whether it is fitted once or twice, on the phone and at the gateway', () => {
    fc.assert(fc.property(written, fc.constantFrom(...names), (given, name) => {
      const once = fitBody(given, profiles[name])
      expect(asSent(fitBody(once, profiles[name]))).toEqual(asSent(once))
    }))
  })
  test('is fitted to a copy of a profile as to the profile', () => {
    fc.assert(fc.property(written, fc.constantFrom(...names), (given, name) => {
      expect(fitBody(given, { ...profiles[name] })).toEqual(fitBody(given, profiles[name]))
    }))
  })
  test('is fitted to a copy in what the copy says otherwise, and in nothing else', () => {
    const messages = [{ role: 'developer', content: 'd' }, { role: 'assistant', content: 'a', reasoning: 'r', reasoning_content: 'ours' }]
    const fitted = (own: Partial<Profile>) => fitBody({ messages, max_completion_tokens: 9 }, { ...profiles.generic, ...own })
    const asWritten = { messages: [messages[0], { role: 'assistant', content: 'a', reasoning: 'r' }], max_completion_tokens: 9 }
    expect(fitted({ provider: 'own', includeUsage: false })).toEqual(asWritten)
    expect(fitted({ maxTokensField: 'max_tokens' })).toEqual({ messages: asWritten.messages, max_tokens: 9 })
    expect(fitted({ developerRole: false }).messages).toEqual([{ role: 'system', content: 'd' }, asWritten.messages[1]])
    expect(fitted({ reasoningReplay: 'keep' }).messages).toEqual([messages[0], { role: 'assistant', content: 'a', reasoning_content: 'ours' }])
    expect(fitted({ reasoningReplay: 'drop' }).messages).toEqual([messages[0], { role: 'assistant', content: 'a' }])
  })
  test('keeps every field that no profile is about, and its messages in their order', () => {
    fc.assert(fc.property(written, fc.constantFrom(...names), (given, name) => {
      const { anything, model, messages } = fitBody(given, profiles[name]) as typeof given
      expect([anything, model]).toEqual([given.anything, 'm'])
      expect(messages.slice(messages.length - given.messages.length).map(({ role }) => role)).toEqual(given.messages.map(({ role }) => role))
    }))
  })
  test.each<[ProfileName, Record<string, unknown>, object]>([
    ['deepseek', { max_completion_tokens: 9 }, { max_tokens: 9 }],
    ['kimi', { max_tokens: 9 }, { max_completion_tokens: 9 }],
    ['generic', { max_completion_tokens: 9 }, { max_completion_tokens: 9 }],
  ])('is limited at %s where it says %j', (name, body, expected) => {
    expect(fitBody(body, profiles[name])).toEqual({ messages: undefined, ...expected })
  })
  test('keeps the role of a developer, and the reasoning in a field of its own, where nothing is known of the provider', () => {
    const messages = [{ role: 'developer', content: 'd' }, { role: 'assistant', content: 'a', reasoning: 'r', reasoning_content: 'ours' }]
    expect(fitBody({ messages }, profiles.generic)).toEqual({ messages: [messages[0], { role: 'assistant', content: 'a', reasoning: 'r' }] })
    expect(fitBody({ messages }, profiles.qwen)).toEqual({ messages: [{ role: 'system', content: 'd' }, { role: 'assistant', content: 'a' }] })
  })
  test('that is no stream is not asked to stream what it calls', () => {
    const tools = [{ type: 'function', function: tool }]
    expect(fitBody({ tools }, profiles.glm)).not.toHaveProperty('tool_stream')
    expect(fitBody({ tools, stream: true }, profiles.glm)).toMatchObject({ tool_stream: true })
  })
  test('with nonsense where messages should be is handed on for the provider to refuse', () => {
    expect(fitBody({ messages: 'x', tools: 7 }, profiles.deepseek)).toEqual({ messages: 'x' })
    expect(fitBody({ messages: [null, 3, { role: 'assistant' }] }, profiles.deepseek)).toEqual({ messages: [null, 3, { role: 'assistant', reasoning_content: '' }] })
  })
  test('limits its answer by the field that the provider takes, where it names two', () => {
    expect(fitBody({ max_tokens: null, max_completion_tokens: 50 }, profiles.kimi)).toMatchObject({ max_completion_tokens: 50 })
    expect(fitBody({ max_tokens: 40, max_completion_tokens: 50 }, profiles.deepseek)).toMatchObject({ max_tokens: 40 })
  })
  test('with a format of its own is asked for in that format, unless it is a schema that is not understood', () => {
    expect(fitBody({ messages: [], response_format: { type: 'json_object' } }, profiles.glm)).toEqual({ messages: [], response_format: { type: 'json_object' } })
  })
})
