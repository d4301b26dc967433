import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openai } from './openai.js'
import { nodePlatform } from '../../../adapters/node/index.js'
import type { ModelEvent, ModelRequest } from '../../contracts.js'
import { createRunContext } from '../../context/run-context.js'
import { connect } from '../../transport/connect.js'
import type { Timeouts } from '../../transport/watchdog.js'

// Against a server of others, which imitates the provider's own.

const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 4 })
beforeAll(async () => {
  mock.onMessage('hello', { content: '你好，世界！' })
  mock.onMessage('think', { content: '三款', reasoning: '用户想知道数目' })
  mock.onMessage('weather', {
    content: '查一下',
    toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"北京"}' }, { id: 'call_2', name: 'time', arguments: '{}' }],
  })
  mock.on({ toolCallId: 'call_9' }, { content: '晴' })
  mock.on({ userMessage: 'shape', responseFormat: 'json_schema' }, { content: '{"n":7}' })
  mock.onMessage('long', { content: 'too long', finishReason: 'length' })
  mock.onMessage('cut', { content: 'one two three four five six' }, { latency: 5, truncateAfterChunks: 3 })
  mock.onMessage('busy', { error: { message: 'slow down', type: 'rate_limit_error', code: 'rate_limited' }, status: 429, retryAfter: 7 })
  mock.onMessage('garbage', { content: 'x' }, { chaos: { malformedRate: 1 } })
  mock.onMessage('broken', { content: 'x' }, { chaos: { dropRate: 1 } })
  mock.onMessage('gone', { content: 'x' }, { chaos: { disconnectRate: 1 } })
  mock.onMessage('late', { content: 'x' }, { chaos: { latencyMs: 2000 } })
  mock.onMessage('pausing', { content: 'one two three four' }, { latency: 2000 })
  await mock.start()
})
afterAll(() => mock.stop())

async function ask(request: string | Partial<ModelRequest>, timeouts: Partial<Timeouts> = {}): Promise<ModelEvent[]> {
  const connection = connect({ platform: nodePlatform(), url: mock.url + '/v1', providerKey: 'sk-test', timeouts })
  const messages: ModelRequest['messages'] = typeof request === 'string' ? [{ id: '1', role: 'user', content: request }] : []
  const events: ModelEvent[] = []
  const answer$ = openai({ connection, model: 'gpt-4o' })({ messages, ...(typeof request === 'string' ? {} : request) }, createRunContext())
  await new Promise<void>(resolve => answer$.subscribe({ next: event => events.push(event), complete: resolve }))
  return events
}
const textOf = (events: ModelEvent[], type: 'text-delta' | 'reasoning-delta' = 'text-delta'): string =>
  events.map(event => (event.type === type ? event.delta : '')).join('')
const last = (events: ModelEvent[]): ModelEvent => events[events.length - 1]!

describe('an answer', () => {
  test('of text comes in pieces, with its usage, and ends', async () => {
    const events = await ask('hello')
    expect(textOf(events)).toBe('你好，世界！')
    expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1)
    expect(events.slice(-2)).toMatchObject([{ type: 'usage', usage: { model: 'gpt-4o', inputTokens: expect.any(Number) } }, { type: 'finish', reason: 'stop' }])
  })
  test('with reasoning keeps the two apart', async () => {
    const events = await ask('think')
    expect([textOf(events, 'reasoning-delta'), textOf(events)]).toEqual(['用户想知道数目', '三款'])
  })
  test('with two tool calls has both, whole', async () => {
    const events = await ask({
      messages: [{ id: '1', role: 'user', content: 'weather' }],
      tools: [{ name: 'weather', description: 'd', parameters: { type: 'object' } }],
    })
    const args = (id: string): string => events.map(event => (event.type === 'tool-call-delta' && event.toolCallId === id ? event.delta : '')).join('')
    expect(events.filter(({ type }) => type === 'tool-call-start')).toMatchObject([{ toolCallId: 'call_1', toolCallName: 'weather' }, { toolCallId: 'call_2', toolCallName: 'time' }])
    expect([args('call_1'), args('call_2'), last(events)]).toMatchObject(['{"city":"北京"}', '{}', { type: 'finish', reason: 'tool-calls' }])
    expect(mock.getLastRequest()?.body).toMatchObject({ stream: true, tools: [{ type: 'function', function: { name: 'weather' } }] })
  })
  test('to a tool\'s result is asked for in messages the provider takes', async () => {
    const call = { id: 'call_9', type: 'function' as const, function: { name: 'weather', arguments: '{}' } }
    const messages: ModelRequest['messages'] = [
      { id: '1', role: 'user', content: '?' }, { id: '2', role: 'assistant', toolCalls: [call] }, { id: '3', role: 'tool', toolCallId: 'call_9', content: 'sunny' },
    ]
    expect(textOf(await ask({ messages }))).toBe('晴')
  })
  test('in a shape is asked for as the provider understands it', async () => {
    const output = { name: 'n', schema: { type: 'object' } }
    expect(JSON.parse(textOf(await ask({ messages: [{ id: '1', role: 'user', content: 'shape' }], output })))).toEqual({ n: 7 })
  })
  test('that grew too long says so', async () => {
    expect(last(await ask('long'))).toMatchObject({ type: 'finish', reason: 'length' })
  })
})

describe('a fault', () => {
  test('in mid-stream keeps what had come, and is no end', async () => {
    const events = await ask('cut')
    expect('one two three four five six'.startsWith(textOf(events)) && textOf(events).length > 0).toBe(true)
    expect(last(events)).toMatchObject({ type: 'error', error: { code: 'transport/failed', retryable: true, details: { phase: 'stream', status: 200 } } })
  })
  test.each([
    ['busy', 'transport/rate-limited', { status: 429, retryAfterMs: 7000, providerCode: 'rate_limited', requestId: expect.any(String) }],
    ['garbage', 'protocol/malformed', {}],
    ['broken', 'transport/server', { status: 500, providerCode: 'chaos_drop' }],
    ['gone', 'transport/failed', {}],
    ['of nothing it knows', 'transport/http', { status: 404, providerCode: 'no_fixture_match' }],
  ])('%s is %s', async (message, code, details) => {
    expect(await ask(message)).toMatchObject([{ type: 'error', error: { code, details } }])
  })
  test('of latency is a timeout of the phase it fell into', async () => {
    expect(await ask('late', { connectMs: 40 })).toMatchObject([{ type: 'error', error: { code: 'transport/timeout', details: { phase: 'connect' } } }])
    expect(last(await ask('pausing', { firstByteMs: 10_000, idleMs: 40 }))).toMatchObject({ type: 'error', error: { code: 'transport/timeout', details: { phase: 'stream' } } })
  })
})
