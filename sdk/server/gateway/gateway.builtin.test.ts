import { describe, expect, it } from 'vitest'
import { errorOf, framesOf, startClient, until } from './__fixtures__/harness.js'
import { builtinProvider } from './index.js'

describe('the built-in provider', () => {
  it('answers without a key, as a stream that ends like any provider’s', async () => {
    const { chat } = await startClient({ providers: { builtin: builtinProvider({ paceMs: 0 }) } })
    const frames = await framesOf(await chat({ stream_options: { include_usage: true } }))
    expect(frames.map(({ id }) => Number(id))).toEqual(frames.map((_, index) => index + 1))
    expect(frames.at(-1)!.data).toBe('[DONE]')
    const chunks = frames.slice(0, -1).map(({ data }) => JSON.parse(data))
    expect(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).not.toBe('')
    expect(chunks.at(-2).choices[0].finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } })
    expect(chunks[0].model).toBe('scripted')
  })
  it('answers as one JSON object too, and says what is wrong with a request', async () => {
    const { chat } = await startClient({})
    expect(await (await chat({ stream: false })).json()).toMatchObject({ choices: [{ message: { role: 'assistant', content: expect.any(String) } }] })
    const refused = await chat({ messages: [{ role: 'nobody', content: 'x' }] })
    expect(refused.status).toBe(400)
    expect(await errorOf(refused)).toMatchObject({ code: 'invalid_request', requestId: refused.headers.get('x-request-id') })
  })
  it('stops when its client leaves', async () => {
    const inner = builtinProvider({ paceMs: 60_000 })
    let signal: AbortSignal | undefined
    const complete: typeof inner.complete = (body, given) => inner.complete(body, (signal = given))
    const { chat } = await startClient({ providers: { builtin: { ...inner, complete } }, heartbeatMs: 5 })
    const response = await chat()
    expect(response.status).toBe(200)
    await response.body!.cancel()
    await until(() => signal!.aborted)
  })
})
