import { describe, expect, it } from 'vitest'
import type { ByteFaults } from '../../testkit/byte-faults.js'
import { answer, delta, finish, framesOf, manualProvider, providerKey, startClient, startRelay, until, usage } from './__fixtures__/harness.js'
import { openaiProvider } from './index.js'

const sent = answer.map((text, index) => ({ id: String(index + 1), data: text.slice(6, -2) }))

describe('a stream', () => {
  it('arrives as numbered frames, each as the provider wrote it', async () => {
    const { chat } = await startRelay({ chunks: answer })
    const response = await chat()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.stringMatching(/^req_/),
    })
    expect(await framesOf(response)).toEqual(sent)
  })
  it.each<ByteFaults>([{ split: 1 }, { coalesce: true }, { crlf: true, split: 1 }, { cr: true }, { bom: true }, { comment: true }, { gzip: true }])(
    'is the same when the provider sends it with %j',
    async faults => {
      const { chat } = await startRelay({ chunks: answer, faults })
      expect(await framesOf(await chat())).toEqual(sent)
    },
  )
  it('ends with [DONE] where the provider stops after its finish reason, or breaks off after it', async () => {
    const { chat, provider } = await startRelay({ chunks: [delta('a'), finish, usage] })
    expect((await framesOf(await chat())).at(-1)).toEqual({ id: '4', data: '[DONE]' })
    provider.use({ chunks: [delta('a'), finish], faults: { reset: 9999 } })
    expect((await framesOf(await chat())).at(-1)).toEqual({ id: '3', data: '[DONE]' })
  })
  it('ends with [DONE] where the provider falls silent after its finish reason, whose connection is closed', async () => {
    const { chat, provider } = await startRelay({ chunks: [delta('a') + finish], faults: { hang: 9999 } }, { limits: { idleTimeoutMs: 20 } })
    expect((await framesOf(await chat())).at(-1)).toEqual({ id: '3', data: '[DONE]' })
    await provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('is not over at a finish reason that more text follows', async () => {
    const { chat } = await startRelay({ chunks: [finish, delta('more')] })
    expect((await framesOf(await chat())).at(-1)).toMatchObject({ event: 'error' })
  })
  it('shows nothing that comes after [DONE], in quotes or not, nor events without data', async () => {
    const { chat, provider } = await startRelay({ chunks: ['data:\n\n', ...answer, delta('late')] })
    expect(await framesOf(await chat())).toEqual(sent)
    provider.use({ chunks: [...answer.slice(0, -1), 'data: "[DONE]"\n\n', delta('late')] })
    expect(await framesOf(await chat())).toEqual(sent)
  })
  it('comes in ASCII to hosts that ask for it, with the same meaning', async () => {
    const { chat } = await startRelay({ chunks: answer })
    const text = await (await chat({}, { headers: { 'x-sampan-ascii': '1' } })).text()
    expect(text).toMatch(/^[\n\x20-\x7e]+$/)
    expect(text).toContain(String.raw`\u4f60\u597d`)
  })
  it('carries the log id of its client back', async () => {
    const { chat } = await startRelay({ chunks: answer })
    const response = await chat({}, { headers: { 'x-sampan-log-id': 'run-1:0' } })
    expect(response.headers.get('x-sampan-log-id')).toBe('run-1:0')
  })
})

describe('the provider', () => {
  it('gets the body with the model replaced, the key, and no header of the client', async () => {
    const { chat, provider } = await startRelay({ chunks: answer }, { models: { fast: { provider: 'main', model: 'other-model' } } })
    await (await chat({ model: 'fast', temperature: 0.2, enable_thinking: true }, { headers: { 'x-own': '1', cookie: 'a=b' } })).text()
    const [request] = provider.requests
    expect(JSON.parse(request!.body)).toEqual({
      model: 'other-model', messages: [{ role: 'user', content: 'hi' }], stream: true, temperature: 0.2, enable_thinking: true,
    })
    expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions' })
    expect(request!.headers).toMatchObject({ authorization: `Bearer ${providerKey}`, accept: 'text/event-stream' })
    expect(request!.headers).not.toHaveProperty('x-own')
    expect(request!.headers).not.toHaveProperty('cookie')
  })
  it('that wants no key gets none', async () => {
    const { provider } = await startRelay({ chunks: answer })
    const main = openaiProvider({ baseUrl: provider.url, apiKey: '', model: 'm' })
    await (await (await startClient({ providers: { main } })).chat()).text()
    expect(provider.requests[0]!.headers).not.toHaveProperty('authorization')
  })
  it.each<[string, Partial<Parameters<typeof openaiProvider>[0]>]>([['variable that holds it', { apiKey: undefined }], ['https://', { baseUrl: 'api.example.com' }], ['https://', { baseUrl: undefined }], ['Profiles: generic, deepseek', { profile: 'deepsek' as never }]])(
    'is refused where it is named by half, with a word about its %s: %j',
    (word, half) => {
      expect(() => openaiProvider({ baseUrl: 'https://api.example.com', apiKey: 'k', ...half } as Parameters<typeof openaiProvider>[0])).toThrow(word)
    },
  )
  it('gets what it understands, whoever answers to the alias', async () => {
    const { chat, provider } = await startRelay({ chunks: answer })
    const call = { id: 'a', type: 'function', function: { name: 'w', arguments: '{}' } }
    const messages = [{ role: 'user', content: 'hi' }, { role: 'assistant', content: null, tool_calls: [call], reasoning_content: '想' }, { role: 'tool', tool_call_id: 'a', content: 'r' }, { role: 'assistant', content: '好' }]
    const reasoned = async (profile?: 'kimi' | false, model = 'deepseek-v4') => {
      const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model, profile })
      await (await (await startClient({ providers: { main } })).chat({ messages })).text()
      const { messages: got } = JSON.parse(provider.requests.at(-1)!.body) as { messages: { role: string; reasoning_content?: string }[] }
      return got.filter(({ role }) => role === 'assistant').map(message => message.reasoning_content)
    }
    // DeepSeek refuses an answer without the field; many others refuse one with it.
    expect(await reasoned()).toEqual(['想', ''])
    expect(await reasoned(undefined, 'some-model')).toEqual([undefined, undefined])
    expect(await reasoned('kimi')).toEqual(['想', undefined])
    expect(await reasoned(false, 'some-model')).toEqual(['想', undefined])
    await (await chat()).text()
  })
  it('gets the headers it wants besides, which cannot replace the key', async () => {
    const { provider } = await startRelay({ chunks: answer })
    const headers = { 'x-tenant': 'seven', Authorization: 'other' }
    const main = openaiProvider({ baseUrl: `${provider.url}/`, apiKey: providerKey, model: 'm', headers })
    await (await (await startClient({ providers: { main } })).chat()).text()
    expect(provider.requests[0]).toMatchObject({ path: '/chat/completions', headers: { 'x-tenant': 'seven', authorization: `Bearer ${providerKey}` } })
  })
  it('serves the next completion over the same connection', async () => {
    const { chat, provider } = await startRelay({ chunks: answer })
    for (let count = 0; count < 3; count++) await (await chat()).text()
    expect(provider.requests).toHaveLength(3)
    expect(provider.openSockets).toBe(1)
  })
  it('is read no further than its client reads, but for two events', async () => {
    let produced = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
      controller.enqueue(new TextEncoder().encode(delta(String(++produced))))
    const complete = async () =>
      new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } })
    const { chat } = await startClient({ providers: { endless: { defaultModel: 'm', secrets: [], complete } } })
    const reader = (await chat()).body!.getReader()
    for (let read = 0; read < 5; read++) {
      for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
      expect(produced - read).toBeLessThanOrEqual(2)
      await reader.read()
    }
    expect(produced).toBeGreaterThanOrEqual(5)
    await reader.cancel()
  })
  it('is read frame by frame: each reaches the client before the next is sent', async () => {
    const provider = manualProvider()
    const { chat } = await startClient({ providers: { manual: provider } })
    const pending = chat()
    await until(() => provider.calls.length === 1)
    provider.send(delta('0'))
    const reader = (await pending).body!.getReader()
    for (let index = 0; index < 5; index++) {
      const { value } = await reader.read()
      expect(new TextDecoder().decode(value)).toBe(`id: ${index + 1}\n${delta(String(index))}`)
      provider.send(delta(String(index + 1)))
    }
    await reader.cancel()
  })
})

describe('silence', () => {
  it('is filled with comments, before the first byte and between events', async () => {
    const provider = manualProvider()
    const { chat } = await startClient({ providers: { manual: provider }, heartbeatMs: 5 })
    const reader = (await chat()).body!.getReader()
    const read = async () => new TextDecoder().decode((await reader.read()).value)
    expect([await read(), await read()]).toEqual([': ping\n\n', ': ping\n\n'])
    provider.send(delta('a'))
    let text = await read()
    while (text === ': ping\n\n') text = await read()
    expect(text).toBe(`id: 1\n${delta('a')}`)
    expect(await read()).toBe(': ping\n\n')
    await reader.cancel()
  })
})

describe('an answer that is no stream', () => {
  const whole = { choices: [{ message: { role: 'assistant', content: '你好' }, finish_reason: 'stop' }] }
  const headers = { 'content-type': 'application/json' }
  it('comes as the provider’s JSON, without the blank lines some send while they think', async () => {
    const { chat } = await startRelay({ chunks: ['\n\n', JSON.stringify(whole)], headers })
    const response = await chat({ stream: false })
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.text()).toBe(JSON.stringify(whole))
  })
  it('comes in ASCII to hosts that ask for it', async () => {
    const { chat } = await startRelay({ chunks: [JSON.stringify(whole)], headers, faults: { split: 1 } })
    const text = await (await chat({ stream: false }, { headers: { 'x-sampan-ascii': '1' } })).text()
    expect(text).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(text)).toEqual(whole)
  })
  it('is filled with events for a host that shows no comments', async () => {
    const provider = manualProvider()
    const { chat } = await startClient({ providers: { manual: provider }, heartbeatMs: 5 })
    const reader = (await chat({}, { headers: { 'x-sampan-errors': 'event' } })).body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('event: ping\ndata: {}\n\n')
    await reader.cancel()
  })
})
