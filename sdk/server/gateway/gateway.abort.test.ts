import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { answer, delta, done, errorOf, finish, framesOf, manualProvider, parseFrames, startClient, startRelay, until } from './__fixtures__/harness.js'
import { beginLifetime, type Lifetime } from './lifetime.js'
import { Problem } from './problem.js'

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

const hanging = { chunks: [delta('a')], faults: { hang: 9999 } }
const oneAtATime = { limits: { maxConcurrentStreams: 1 } }

describe('a client that leaves', () => {
  it('closes the provider’s connection and gives its slot back, in the middle of a stream', async () => {
    const { chat, provider } = await startRelay(hanging, oneAtATime)
    const response = await chat()
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    await provider.until(({ closedSockets }) => closedSockets === 1)
    provider.use({ chunks: answer })
    expect((await framesOf(await chat())).at(-1)?.data).toBe('[DONE]')
  })
  it('does so by its signal too, before the first byte, and is no fault of the gateway', async () => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const { chat, provider } = await startRelay({ faults: { ttfb: 10_000 } }, { ...oneAtATime, onError })
    const client = new AbortController()
    const pending = chat({}, { signal: client.signal })
    await provider.until(({ requests }) => requests.length === 1)
    client.abort()
    const response = await pending
    expect(response.status).toBe(499)
    expect(await errorOf(response)).toMatchObject({ code: 'client_closed' })
    await provider.until(({ closedSockets }) => closedSockets === 1)
    provider.use({ chunks: answer })
    expect((await chat()).status).toBe(200)
    expect(onError).not.toHaveBeenCalled()
  })
  it('does so while an answer that is no stream is awaited', async () => {
    const { chat, provider } = await startRelay({ faults: { ttfb: 10_000 } }, oneAtATime)
    const client = new AbortController()
    const pending = chat({ stream: false }, { signal: client.signal })
    await provider.until(({ requests }) => requests.length === 1)
    client.abort()
    expect((await pending).status).toBe(499)
    await provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('closes the provider’s connection also after garbage was collected', async () => {
    const piece = delta('x'.repeat(64 * 1024))
    const { chat, provider } = await startRelay({ chunks: Array.from({ length: 1000 }, () => piece) })
    const reader = (await chat()).body!.getReader()
    await reader.read()
    for (let turn = 0; turn < 500; turn++) await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
    await reader.cancel()
    await provider.until(({ closedSockets }) => closedSockets === 1)
  })
  it('has left before the provider is asked', async () => {
    const provider = manualProvider()
    const { chat } = await startClient({ providers: { manual: provider }, ...oneAtATime })
    expect((await chat({}, { signal: AbortSignal.abort() })).status).toBe(499)
    expect(provider.calls.every(({ signal }) => signal.aborted)).toBe(true)
    const next = chat()
    await until(() => provider.calls.some(({ signal }) => !signal.aborted))
    provider.send(delta('a') + finish + done)
    expect((await framesOf(await next)).at(-1)?.data).toBe('[DONE]')
  })
  it('aborts a provider that ignores its signal as well: nothing more is read, the slot is free', async () => {
    const provider = manualProvider()
    const { chat } = await startClient({ providers: { manual: provider }, ...oneAtATime })
    const pending = chat()
    await until(() => provider.calls.length === 1)
    provider.send(delta('a'))
    await (await pending).body!.cancel()
    expect(provider.calls[0]!.signal.aborted).toBe(true)
    const { pulls } = provider
    const next = chat()
    await until(() => provider.calls.length === 2)
    expect(provider.pulls).toBeLessThanOrEqual(pulls + 1)
    provider.send(delta('a') + finish + done)
    expect((await framesOf(await next)).at(-1)?.data).toBe('[DONE]')
  })
})

describe('close', () => {
  it('ends every stream with an error its client can read, closes the providers and takes no more', async () => {
    const { gateway, chat, provider } = await startRelay(hanging)
    const streams = await Promise.all([chat(), chat()])
    const waiting = chat({ stream: false })
    await provider.until(({ requests }) => requests.length === 3)
    await gateway.close()
    for (const stream of streams) {
      const frames = await framesOf(stream)
      expect(frames.map(({ event }) => event)).toEqual([undefined, 'error'])
      expect(JSON.parse(frames[1]!.data).error).toMatchObject({ code: 'gateway_closing', status: 503, retryAfter: 5 })
    }
    const refused = await waiting
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    await provider.until(({ closedSockets }) => closedSockets === 3)
    expect(await errorOf(await chat())).toMatchObject({ code: 'gateway_closing' })
    expect((await gateway.fetch(new Request('http://gateway.test/health'))).status).toBe(503)
  })
  it('still hands out what had arrived', async () => {
    const provider = manualProvider()
    const { gateway, chat } = await startClient({ providers: { manual: provider } })
    const pending = chat()
    await until(() => provider.calls.length === 1)
    provider.send(delta('a') + delta('b'))
    const stream = await pending
    await gateway.close()
    const frames = parseFrames(await stream.text())
    expect(frames.map(({ data }) => JSON.parse(data).error?.code ?? 'text')).toEqual(['text', 'text', 'gateway_closing'])
  })
})

describe('beginLifetime', () => {
  const begin = (client: AbortSignal, maxMs = 10_000) => {
    const live = new Set<Lifetime>()
    const release = vi.fn<() => void>()
    return { lifetime: beginLifetime({ client, maxMs, live, release }), live, release }
  }
  const problem = new Problem('gateway_closing', 'x')

  it('gives back exactly once, however often and in whatever order it ends', () => {
    const client = new AbortController()
    const { lifetime, live, release } = begin(client.signal)
    expect(live.size).toBe(1)
    lifetime.abort(problem)
    client.abort()
    lifetime.end()
    lifetime.abort(new Problem('client_closed', 'y'))
    expect(release).toHaveBeenCalledOnce()
    expect(live.size).toBe(0)
    expect(lifetime.signal.reason).toBe(problem)
  })
  it('does not abort what has come to its end', () => {
    const client = new AbortController()
    const { lifetime, release } = begin(client.signal)
    lifetime.end()
    client.abort()
    lifetime.abort(problem)
    expect(lifetime.signal.aborted).toBe(false)
    expect(release).toHaveBeenCalledOnce()
  })
  it('is over at once for a client that has left', () => {
    const { lifetime, release } = begin(AbortSignal.abort())
    expect(lifetime.signal.reason).toMatchObject({ code: 'client_closed' })
    expect(release).toHaveBeenCalledOnce()
  })
  it('ends after its time', () => {
    vi.useFakeTimers()
    const { lifetime } = begin(new AbortController().signal, 1000)
    vi.advanceTimersByTime(999)
    expect(lifetime.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(lifetime.signal.reason).toMatchObject({ code: 'upstream_timeout' })
    begin(new AbortController().signal).lifetime.end()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})
