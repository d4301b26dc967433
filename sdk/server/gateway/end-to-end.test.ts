import { lastValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import { openai } from '../../endpoints/openai/index.js'
import { connect, createAgent, createRunContext, createThread, defineTool, type ThreadState, type ConnectOptions } from '../../index.js'
import type { StreamKind } from '../../platform/index.js'
import { type ByteHandler, type ByteReply, startByteServer } from '../../testkit/byte-server.js'
import { z } from '../../zod.js'
import { delta, done, finish, providerKey, until } from './__fixtures__/harness.js'
import { builtinProvider, openaiProvider, serveGateway, type ServeOptions } from './index.js'

const text = (...words: string[]): ByteReply => ({ chunks: [...words.map(delta), finish, done] })

/** A stream that calls one tool, its arguments in three pieces. */
function call(name: string, args: object): ByteReply {
  const chunk = (toolCall: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...toolCall }] } }] })}\n\n`
  const json = JSON.stringify(args)
  return {
    chunks: [
      chunk({ id: 'call_1', type: 'function', function: { name, arguments: '' } }),
      ...[json.slice(0, 4), json.slice(4)].map(piece => chunk({ function: { arguments: piece } })),
      finish.replace('"stop"', '"tool_calls"'),
      done,
    ],
  }
}

/** A phone, a gateway and a provider. What the phone asked the gateway for is in `paths`. */
async function start(handler: ByteHandler, options: ServeOptions = {}, connection: Partial<ConnectOptions> = {}, stream: StreamKind = 'bytes') {
  const provider = await startByteServer(handler)
  const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'real-model' })
  const gateway = await serveGateway({ providers: { main }, ...options })
  const node = nodePlatform()
  const paths: string[] = []
  const platform: typeof node = {
    ...node,
    capabilities: { ...node.capabilities, stream },
    request: (request, handlers) => {
      paths.push(new URL(request.url).pathname)
      if (stream !== 'text') return node.request(request, handlers)
      // Such a host decodes each byte it gets on its own: as bad as it can be.
      const onChunk: typeof handlers.onChunk = chunk => [...(chunk as Uint8Array)].forEach(byte => handlers.onChunk?.(new TextDecoder().decode(Uint8Array.of(byte))))
      return node.request(request, { ...handlers, onChunk })
    },
  }
  const ran: unknown[] = []
  const tool = (name: string, approval: 'allow' | 'ask') =>
    defineTool({ name, description: name, approval, input: z.object({ keyword: z.string() }), execute: args => (ran.push(args), { found: 2 }) })
  const model = openai({ connection: connect({ platform, url: gateway.url, ...connection }), model: 'default' })
  const agent = createAgent({ model, tools: [tool('findDrinks', 'allow'), tool('orderDrink', 'ask')] })
  const thread = createThread({ agent, id: 'e2e' })
  const pieces: string[] = []
  thread.on('text', piece => void pieces.push(piece))
  onTestFinished(async () => {
    thread.dispose()
    await gateway.close()
    await provider.close()
  })
  const isIdle = () => thread.state.status === 'idle'
  return { thread, provider, gateway, paths, ran, pieces, isIdle }
}

const answerOf = (state: ThreadState): string =>
  state.messages.at(-1)!.parts.map(part => (part.type === 'text' ? part.text : '')).join('')

describe('a phone and a server', () => {
  it('use a connection again: each that is made costs a handshake', async () => {
    const { provider } = await start(text('你好'))
    const model = openai({ connection: connect({ platform: nodePlatform(), url: provider.url, gateway: false }), model: 'm' })
    for (let count = 0; count < 5; count++) await lastValueFrom(model({ messages: [{ id: '1', role: 'user', content: 'hi' }] }, createRunContext()))
    expect([provider.requests.length, provider.closedSockets]).toEqual([5, 0])
    // The next one may begin before the last response is quite over.
    expect(provider.openSockets).toBeLessThanOrEqual(2)
  })
})

describe('a phone, a gateway and a provider', () => {
  it('stream text', async () => {
    const { thread, pieces, isIdle, paths, provider } = await start(text('你好', ', ', '舢板'))
    thread.send('hi')
    await until(isIdle)
    expect(pieces).toEqual(['你好', ', ', '舢板'])
    expect(answerOf(thread.state)).toBe('你好, 舢板')
    expect(paths).toEqual(['/v1/sign-in', '/chat/completions'])
    expect(provider.requests[0]!.headers.authorization).toBe(`Bearer ${providerKey}`)
    expect(JSON.parse(provider.requests[0]!.body)).toMatchObject({ model: 'real-model', stream: true })
  })
  it('show each piece before the next is sent', async () => {
    const { thread, pieces, provider } = await start({ chunks: [delta('first')], faults: { hang: 9999 } })
    thread.send('hi')
    await until(() => pieces.length === 1)
    expect(provider.closedSockets).toBe(0)
  })
  it('run a tool on the phone and tell the model its result', async () => {
    const { thread, provider, ran, isIdle } = await start(({ body }) =>
      JSON.parse(body).messages.at(-1).role === 'tool' ? text('Two drinks.') : call('findDrinks', { keyword: '拿铁' }),
    )
    thread.send('find latte')
    await until(isIdle)
    expect(ran).toEqual([{ keyword: '拿铁' }])
    expect(answerOf(thread.state)).toBe('Two drinks.')
    const told = JSON.parse(provider.requests[1]!.body).messages.at(-1)
    expect(told).toMatchObject({ role: 'tool', tool_call_id: 'call_1', content: expect.stringContaining('"found":2') })
  })
  it('ask before a tool that needs approval, and go on once it is given', async () => {
    const { thread, provider, ran, isIdle } = await start(({ body }) =>
      JSON.parse(body).messages.at(-1).role === 'tool' ? text('Ordered.') : call('orderDrink', { keyword: '拿铁' }),
    )
    thread.send('order latte')
    await until(() => thread.state.status === 'waiting')
    expect([ran, provider.requests.length]).toEqual([[], 1])
    thread.approve('call_1')
    await until(isIdle)
    expect(ran).toEqual([{ keyword: '拿铁' }])
    expect(answerOf(thread.state)).toBe('Ordered.')
  })
  it('stop the provider when the person cancels', async () => {
    const { thread, pieces, provider, isIdle } = await start({ chunks: [delta('half')], faults: { hang: 9999 } }, { limits: { maxConcurrentStreams: 1 } })
    thread.send('hi')
    await until(() => pieces.length === 1)
    thread.cancel()
    await provider.until(({ closedSockets }) => closedSockets === 1)
    expect(isIdle()).toBe(true)
    expect(answerOf(thread.state)).toBe('half')
    provider.use(text('whole'))
    thread.send('again')
    await until(isIdle)
    expect(answerOf(thread.state)).toBe('whole')
  })
  it('keep characters whole on a host that decodes each piece on its own, and on one that cannot stream', async () => {
    for (const kind of ['text', 'none'] as const) {
      const { thread, isIdle } = await start(text('你好，', '舢板🛶'), {}, {}, kind)
      thread.send('hi')
      await until(isIdle)
      expect(answerOf(thread.state), kind).toBe('你好，舢板🛶')
    }
  })
  it('work with the built-in model and no key', async () => {
    const { thread, pieces, isIdle } = await start({}, { providers: { builtin: builtinProvider({ paceMs: 0 }) } })
    thread.send('hello there')
    await until(isIdle)
    expect(thread.state.error).toBeUndefined()
    expect(pieces.length).toBeGreaterThan(0)
    expect(answerOf(thread.state)).toBe(pieces.join(''))
  })
})

describe('a token', () => {
  it('that has run out is replaced once, and the run goes on', async () => {
    let time = Date.now()
    const { thread, paths, isIdle } = await start(text('ok'), { now: () => time })
    thread.send('one')
    await until(isIdle)
    time += 3 * 3_600_000
    paths.length = 0
    thread.send('two')
    await until(isIdle)
    expect(thread.state.error).toBeUndefined()
    expect(answerOf(thread.state)).toBe('ok')
    expect(paths).toEqual(['/chat/completions', '/v1/sign-in', '/chat/completions'])
  })
  it('that is refused twice ends the run as unauthorized', async () => {
    let asked = 0
    const { thread, paths, provider, isIdle } = await start(text('ok'), {}, { getToken: () => `wrong-${++asked}` })
    thread.send('one')
    await until(isIdle)
    expect(thread.state.error?.code).toBe('transport/unauthorized')
    expect([asked, paths]).toEqual([2, ['/chat/completions', '/chat/completions']])
    expect(provider.requests).toHaveLength(0)
  })
})

describe('a failure', () => {
  it('in the middle keeps the text and names what happened', async () => {
    const { thread, isIdle } = await start({ chunks: [delta('half')] })
    thread.send('hi')
    await until(isIdle)
    expect(thread.state.error?.code).toBe('endpoint/provider-error')
    expect(answerOf(thread.state)).toBe('half')
  })
  it('before the first word is an error of its status', async () => {
    const { thread, isIdle, provider } = await start({ status: 429, faults: { retryAfter: 3 } })
    thread.send('hi')
    await until(isIdle)
    expect(thread.state.error?.code).toBe('transport/rate-limited')
    provider.use({ faults: { html: true } })
    thread.send('hi')
    await until(isIdle)
    expect(thread.state.error?.code).toBe('transport/server')
  })
  it('of the gateway, which closes, ends the run', async () => {
    const { thread, pieces, gateway, isIdle } = await start({ chunks: [delta('half')], faults: { hang: 9999 } })
    thread.send('hi')
    await until(() => pieces.length === 1)
    await gateway.close()
    await until(isIdle)
    expect(thread.state.error?.code).toBe('endpoint/provider-error')
    expect(answerOf(thread.state)).toBe('half')
  })
})
