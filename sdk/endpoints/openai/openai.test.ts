import { describe, expect, expectTypeOf, test } from 'vitest'
import { openai, type Dialect, type OpenAIOptions } from './index.js'
import { dialectOf, profiles, type ProfileName } from '../dialects/index.js'
import type { Agent, FinishReason, ModelEndpoint, ModelEvent, ModelRequest } from '../../contracts.js'
import { createRunContext } from '../../context/run-context.js'
import { fakePlatform, type FakePlatform } from '../../testkit/fake-platform.js'
import { createTestClock } from '../../testkit/test-clock.js'
import { connect } from '../../transport/connect.js'

const request: ModelRequest = { messages: [{ id: '1', role: 'user', content: 'hi' }] }

function model(platform: FakePlatform = fakePlatform(), options: Partial<OpenAIOptions> & { url?: string } = {}): ModelEndpoint {
  const connection = connect({ platform, url: options.url ?? 'https://a.example', getToken: () => 't', clock: createTestClock() })
  return openai({ connection, model: 'default', ...options })
}
const bodyOf = (platform: FakePlatform): Record<string, unknown> => JSON.parse(platform.requests[0]!.options.body!)

describe('a model', () => {
  test('is called at the path of chat completions, or at another', () => {
    const platform = fakePlatform()
    model(platform)(request, createRunContext()).subscribe()
    model(platform, { path: '/v9/chat' })(request, createRunContext()).subscribe()
    expect(platform.requests.map(({ options }) => options.url)).toEqual(['https://a.example/chat/completions', 'https://a.example/v9/chat'])
  })
  test('is asked when somebody listens, with the log id of the request', () => {
    const platform = fakePlatform()
    const answer$ = model(platform)({ ...request, logId: 'log-1' }, createRunContext())
    expect(platform.requests).toHaveLength(0)
    answer$.subscribe()
    expect(platform.requests[0]!.options.headers).toMatchObject({ 'x-sampan-log-id': 'log-1', authorization: 'Bearer t' })
  })
  test('says what it is, by its dialect', () => {
    const info = (options: Partial<OpenAIOptions>): unknown => model(fakePlatform(), options).info
    expect(info({})).toEqual({ provider: 'openai-compatible', model: 'default', capabilities: { tools: true, jsonSchema: true, resumable: true } })
    expect(info({ dialect: dialectOf('deepseek') })).toMatchObject({ provider: 'deepseek', capabilities: { jsonSchema: false } })
    expect(info({ dialect: dialectOf('kimi') })).toMatchObject({ provider: 'kimi' })
    expect(info({ dialect: dialectOf({ ...profiles.generic, provider: 'own' }) })).toMatchObject({ provider: 'own' })
  })
  test('speaks the dialect it is given, and no other whatever its name', () => {
    const platform = fakePlatform()
    model(platform, { model: 'glm-5', dialect: dialectOf('glm') })({ ...request, tools: [{ name: 'w', description: 'd' }] }, createRunContext()).subscribe()
    expect(bodyOf(platform)).toMatchObject({ model: 'glm-5', tool_stream: true })
    const plain = fakePlatform()
    model(plain, { model: 'glm-5' })({ ...request, tools: [{ name: 'w', description: 'd' }] }, createRunContext()).subscribe()
    expect(bodyOf(plain)).not.toHaveProperty('tool_stream')
  })
  test.each<[string, object, string | undefined]>([
    ['goes back to a gateway, which knows who wants it', { getToken: () => 't' }, '想'],
    ['does not go back to a server whose dialect nobody told', { signIn: false }, undefined],
  ])('what a call of a tool was reasoned by %s', (_, options, expected) => {
    const platform = fakePlatform()
    const connection = connect({ platform, url: 'https://a.example', clock: createTestClock(), ...options })
    const toolCalls = [{ id: 'a', type: 'function' as const, function: { name: 'w', arguments: '{}' } }]
    const messages: ModelRequest['messages'] = [
      { id: '1', role: 'reasoning', content: '想' },
      { id: '2', role: 'assistant', toolCalls },
      { id: '3', role: 'tool', toolCallId: 'a', content: 'r' },
      { id: '4', role: 'reasoning', content: '再想' },
      { id: '5', role: 'assistant', content: '好' },
    ]
    openai({ connection, model: 'default' })({ messages }, createRunContext()).subscribe()
    const { messages: sent } = bodyOf(platform) as { messages: { reasoning_content?: string }[] }
    expect(sent.map(message => message.reasoning_content)).toEqual([expected, undefined, undefined])
  })
  test('never fails as a stream: what goes wrong is its last event', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const wrong: Partial<ModelRequest>[] = [{ extra: circular }, { output: { name: 'x', schema: circular } }, { messages: undefined as never }]
    for (const dialect of [undefined, dialectOf('deepseek')]) {
      for (const fault of wrong) {
        const events: ModelEvent[] = []
        model(fakePlatform(), { dialect })({ ...request, ...fault }, createRunContext()).subscribe({
          next: event => events.push(event),
          error: () => expect.unreachable(),
        })
        expect(events).toMatchObject([{ type: 'error', error: { name: 'SampanError' } }])
      }
    }
  })
  test.each([['the host ends it', true], ['half a second is over', false]])('hears nothing behind the end that was announced, and leaves the response alone until %s', (_, ends) => {
    const platform = fakePlatform()
    const clock = createTestClock()
    const events: string[] = []
    openai({ connection: connect({ platform, url: 'https://a.example', getToken: () => 't', clock }), model: 'default' })(request, createRunContext()).subscribe(({ type }) => events.push(type))
    const { handlers } = platform.requests[0]!
    handlers.onChunk!('data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\ndata: {"choices":[{"delta":{"content":"b"}}]}\n\n')
    handlers.onChunk!('data: {"choices":[{"delta":{"content":"c"}}]}\n\n')
    clock.advance(499)
    expect(platform.requests[0]!.isAborted).toBe(false)
    if (ends) handlers.onEnd({ status: 200, headers: {} })
    clock.advance(1)
    expect([events, platform.requests[0]!.isAborted, clock.pending]).toEqual([['text-delta', 'finish'], !ends, 0])
  })
  test('closes an event source with the end that was announced: it might connect again by itself', () => {
    const platform = fakePlatform({ capabilities: { stream: 'events' } })
    model(platform)(request, createRunContext()).subscribe()
    platform.requests[0]!.handlers.onChunk!({ data: '[DONE]' } as never)
    expect(platform.requests[0]!.isAborted).toBe(true)
  })
  test('that is left before its end is left at once', () => {
    const platform = fakePlatform()
    const subscription = model(platform)(request, createRunContext()).subscribe()
    platform.requests[0]!.handlers.onChunk!('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')
    subscription.unsubscribe()
    expect(platform.requests[0]!.isAborted).toBe(true)
  })
})

test('the types say what a caller may do', () => {
  expectTypeOf(openai).parameter(0).toEqualTypeOf<OpenAIOptions>()
  expectTypeOf(openai).returns.toEqualTypeOf<ModelEndpoint>()
  expectTypeOf(dialectOf).returns.toEqualTypeOf<Dialect>()
  expectTypeOf(dialectOf).parameter(0).extract<string>().toEqualTypeOf<ProfileName>()
  // A model is no agent: what it says is another kind of event.
  expectTypeOf<ModelEndpoint>().not.toExtend<Agent>()
  expectTypeOf<Extract<ModelEvent, { type: 'finish' }>['reason']>().toEqualTypeOf<FinishReason>()
  // @ts-expect-error a profile that does not exist
  expect(() => dialectOf('deepsek')).toThrow()
})
