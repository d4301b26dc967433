import { describe, expect, it } from 'vitest'
import { scriptedModel } from './index.js'
import { home } from './score/home.js'
import { type ChatCompletionChunk, type ChatCompletionRequest, estimateTokens } from './wire.js'

const model = scriptedModel({ now: () => Date.UTC(2026, 10, 24, 2), utcOffsetMinutes: 480, paceMs: 0 })
const ask = (content: string, more: Partial<ChatCompletionRequest> = {}): ChatCompletionRequest => ({ messages: [{ role: 'user', content }], ...more })
const two = ask('打开厨房的灯，再查一下明天深圳的天气', { tools: home.tools })
const post = (body: unknown, signal?: AbortSignal) =>
  new Request('http://model.test/v1/chat/completions', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), signal })

/** What a client makes of the chunks. */
function gather(chunks: ChatCompletionChunk[]) {
  const calls: { id?: string; name?: string; arguments: string }[] = []
  let [text, reasoning] = ['', '']
  for (const { delta } of chunks.flatMap(({ choices }) => choices)) {
    text += delta.content ?? ''
    reasoning += delta.reasoning_content ?? ''
    for (const { index, id, function: called } of delta.tool_calls ?? []) {
      const call = (calls[index] ??= { id, name: called.name, arguments: '' })
      call.arguments += called.arguments
    }
  }
  return { text, reasoning, calls, finish: chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean) }
}

describe('the stream', () => {
  it('begins with the role, grows in pieces, and ends with one reason and then the usage', () => {
    const chunks = [...model.stream(ask('你好', { tools: home.tools, stream_options: { include_usage: true } }))]
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.length).toBeGreaterThan(10)
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    expect(chunks.at(-2)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: model.complete(ask('你好', { tools: home.tools })).usage })
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  })
  it('has no usage unless asked for it', () => {
    expect([...model.stream(ask('你好'))].some(chunk => 'usage' in chunk)).toBe(false)
  })
  it('says the same as the answer in one piece', () => {
    const { message, finish_reason } = model.complete(two).choices[0]!
    const gathered = gather([...model.stream(two)])
    expect(gathered).toMatchObject({ text: message.content, finish: [finish_reason] })
    expect(gathered.calls).toEqual(message.tool_calls!.map(({ id, function: called }) => ({ id, ...called })))
  })
  it('makes parallel calls by index, their arguments cut', () => {
    const chunks = [...model.stream(two)]
    const { calls, finish } = gather(chunks)
    expect(calls.map(({ name, arguments: args }) => [name, JSON.parse(args)])).toEqual([
      ['setLight', { room: 'kitchen', on: true }],
      ['getWeather', { city: '深圳', date: '2026-11-25' }],
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    expect(finish).toEqual(['tool_calls'])
    expect(chunks.filter(({ choices }) => choices[0]!.delta.tool_calls).length).toBeGreaterThan(6)
  })
  it('thinks before it speaks', () => {
    const chunks = [...model.stream({ ...two, model: 'scripted-reasoning' })]
    const { reasoning } = gather(chunks)
    expect(reasoning).toContain('灯')
    const deltas = chunks.map(({ choices }) => choices[0]!.delta)
    const firstWord = deltas.findIndex(({ content }) => content)
    expect(deltas.slice(firstWord).some(delta => 'reasoning_content' in delta)).toBe(false)
    const { usage } = model.complete({ ...two, model: 'scripted-reasoning' })
    expect(usage.completion_tokens_details).toEqual({ reasoning_tokens: estimateTokens(reasoning) })
  })
  it('is the same for the same request', () => {
    expect(JSON.stringify([...model.stream(two)])).toBe(JSON.stringify([...model.stream(two)]))
    expect(model.complete(ask('hello')).id).not.toBe(model.complete(ask('你好')).id)
  })
})

describe('the answer in one piece', () => {
  it('is cut at the limit, without the calls that would follow', () => {
    const whole = model.complete(ask('hello', { tools: home.tools })).choices[0]!.message.content!
    const cut = model.complete(ask('hello', { tools: home.tools, max_tokens: 8 }))
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length' })
    expect(whole.startsWith(cut.choices[0]!.message.content!)).toBe(true)
    expect(cut.usage.completion_tokens).toBeLessThanOrEqual(8)
    expect(model.complete({ ...two, max_completion_tokens: 2 }).choices[0]!.message.tool_calls).toBeUndefined()
  })
  it('is JSON of the schema where one is wanted', () => {
    const schema = { type: 'object', properties: { room: { type: 'string', enum: ['kitchen', 'study'] }, degrees: { type: 'number' } }, required: ['room', 'degrees'] }
    const { choices } = model.complete(ask('22 degrees in the study', { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }))
    expect(JSON.parse(choices[0]!.message.content!)).toEqual({ room: 'study', degrees: 22 })
    expect(choices[0]!.finish_reason).toBe('stop')
  })
  it('reads content in parts', () => {
    const messages = [{ role: 'user' as const, content: [{ type: 'text', text: '打开书房的灯' }, { type: 'image_url' }] }]
    expect(model.complete({ messages, tools: home.tools }).choices[0]!.message.tool_calls![0]!.function.arguments).toBe('{"room":"study","on":true}')
  })
})

describe('over HTTP', () => {
  it('streams events that end with a marker', async () => {
    const response = await model.handle(post({ ...ask('你好'), stream: true }))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = (await response.text()).split('\n\n').filter(Boolean)
    expect(events.every(event => event.startsWith('data: '))).toBe(true)
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events.slice(0, -1).map(event => JSON.parse(event.slice(6)))
    expect(gather(chunks).text).toBe(model.complete(ask('你好')).choices[0]!.message.content)
  })
  it('answers as one object, and lists its models', async () => {
    expect(await (await model.handle(post(ask('你好')))).json()).toEqual(model.complete(ask('你好')))
    const list = await (await model.handle(new Request('http://model.test/v1/models'))).json()
    expect(list).toMatchObject({ object: 'list', data: [{ id: 'scripted' }, { id: 'scripted-reasoning' }] })
  })
  it.each([
    ['no JSON', '{', 'not valid JSON'],
    ['no messages', { messages: [] }, '`messages`'],
    ['an unknown role', { messages: [{ role: 'nobody', content: '' }] }, 'messages[0].role'],
    ['a tool without a name', { ...ask('x'), tools: [{}] }, '`tools`'],
  ])('says what is wrong with a request: %s', async (_, body, message) => {
    const response = await model.handle(post(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_request', message: expect.stringContaining(message) } })
  })
  it('knows no other paths', async () => {
    expect((await model.handle(new Request('http://model.test/v1/embeddings', { method: 'POST' }))).status).toBe(404)
  })
  it('stops at once when the request is aborted, also while it waits', async () => {
    const slow = scriptedModel({ paceMs: 3_600_000 })
    const abort = new AbortController()
    const response = await slow.handle(post({ ...ask('你好'), stream: true }, abort.signal))
    const reading = response.body!.getReader().read()
    abort.abort()
    await expect(reading).rejects.toThrow(/abort/i)
  })
  it('stops when nobody reads any more', async () => {
    const response = await scriptedModel({ paceMs: 3_600_000 }).handle(post({ ...ask('你好'), stream: true }))
    const reader = response.body!.getReader()
    const reading = reader.read()
    await reader.cancel()
    expect(await reading).toEqual({ done: true, value: undefined })
  })
})
