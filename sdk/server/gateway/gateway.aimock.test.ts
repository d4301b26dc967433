import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, errorOf, framesOf, providerKey, startClient } from './__fixtures__/harness.js'
import { openaiProvider } from './index.js'

// A provider somebody else wrote: what it sends is not what we thought of.
const mock = new LLMock({ port: 0, host: '127.0.0.1' })
beforeAll(async () => {
  mock.onMessage('plain', { content: 'Hello from 舢板, a small boat.' }, { chunkSize: 3 })
  mock.onMessage('tools', { toolCalls: [
    { id: 'call_a', name: 'findDrinks', arguments: { keyword: '拿铁' } },
    { id: 'call_b', name: 'findShops', arguments: { city: 'Shenzhen' } },
  ] }, { chunkSize: 4 })
  mock.onMessage('refused', { error: { message: 'The context is too long', type: 'invalid_request_error', code: 'context_length_exceeded' }, status: 400 })
  mock.onMessage('limited', { error: { message: 'Quota', type: 'insufficient_quota', code: 'insufficient_quota' }, status: 429, retryAfter: 3 } as never)
  mock.onMessage('breaks', { content: 'This answer is cut off long before it has come to its end.' }, { chunkSize: 4, truncateAfterChunks: 3, latency: 10 })
  mock.onMessage('damaged', { content: 'x' }, { chaos: { malformedRate: 1 } })
  mock.onMessage('gone', { content: 'x' }, { chaos: { disconnectRate: 1 } })
  await mock.start()
})
afterAll(() => mock.stop())

const ask = async (content: string, body = {}): Promise<Response> => {
  const provider = openaiProvider({ baseUrl: `${mock.url}/v1`, apiKey: providerKey, model: 'gpt-4o' })
  const { chat }: Client = await startClient({ providers: { mock: provider }, onError() {} })
  return chat({ messages: [{ role: 'user', content }], ...body })
}
const chunksOf = async (response: Response) => {
  const frames = await framesOf(response)
  expect(frames.at(-1)!.data).toBe('[DONE]')
  return frames.slice(0, -1).map(({ data }) => JSON.parse(data))
}

describe('aimock behind the gateway', () => {
  it('streams its text', async () => {
    const chunks = await chunksOf(await ask('plain'))
    expect(chunks.length).toBeGreaterThan(5)
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello from 舢板, a small boat.')
    expect(chunks.some(({ choices }) => choices[0]?.finish_reason === 'stop')).toBe(true)
  })
  it('streams its tool calls, fragment by fragment', async () => {
    const calls: Record<number, { id?: string; name?: string; args: string }> = {}
    for (const { choices } of await chunksOf(await ask('tools'))) {
      for (const { index, id, function: { name, arguments: args } } of choices[0]?.delta.tool_calls ?? []) {
        const call = (calls[index] ??= { args: '' })
        if (id) Object.assign(call, { id, name })
        call.args += args ?? ''
      }
    }
    expect(Object.values(calls).map(call => [call.id, call.name, JSON.parse(call.args)])).toEqual([
      ['call_a', 'findDrinks', { keyword: '拿铁' }],
      ['call_b', 'findShops', { city: 'Shenzhen' }],
    ])
  })
  it('answers without a stream', async () => {
    const body = (await (await ask('plain', { stream: false })).json()) as { choices: { message: { content: string } }[] }
    expect(body.choices[0]!.message.content).toBe('Hello from 舢板, a small boat.')
  })
  it('refuses with its own status and code', async () => {
    const refused = await ask('refused')
    expect(refused.status).toBe(400)
    expect(await errorOf(refused)).toMatchObject({ code: 'context_length_exceeded', message: 'The context is too long', type: 'invalid_request_error' })
    const limited = await ask('limited')
    expect(limited.status).toBe(429)
    expect(await errorOf(limited)).toMatchObject({ code: 'insufficient_quota' })
    expect(limited.headers.get('retry-after')).toBe('3')
  })
  it('breaks off, sends garbage or leaves: each is an error with a code', async () => {
    const broken = await ask('breaks')
    expect(broken.status).toBe(200)
    const frames = await framesOf(broken)
    expect(frames.at(-1)).toMatchObject({ event: 'error' })
    expect(JSON.parse(frames.at(-1)!.data).error).toMatchObject({ code: 'upstream_truncated', status: 502 })
    for (const content of ['damaged', 'gone']) {
      expect(await errorOf(await ask(content)), content).toMatchObject({ code: expect.stringMatching(/^upstream_(malformed|not_a_stream|unreachable|truncated)$/) })
    }
  })
})
