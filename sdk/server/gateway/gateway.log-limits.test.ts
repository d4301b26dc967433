import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { delta, done, errorOf, finish, framesOf, until } from './__fixtures__/harness.js'
import { answerOf, readFrames, say, signIn, startLogs } from './__fixtures__/log-client.js'
import { type LogStore, memoryLogStore } from './index.js'

const texts = (frames: { data: string }[]): string =>
  frames.map(({ data }) => (data.startsWith('{') ? (JSON.parse(data).choices?.[0]?.delta.content ?? '') : '')).join('')

describe('a place in a log', () => {
  it('that was dropped is an error and no restart, by every way', async () => {
    const { chat, follow, get, provider } = await startLogs({ logs: { maxBytesPerLog: 2000, gatherMs: 20 } })
    const asked = chat('a')
    const frames = [...Array.from({ length: 20 }, (_, index) => delta(`${index} ${'x'.repeat(200)}`)), finish, done]
    const reading = (await (async () => (await say(provider, 1, frames[0]!), asked))())
    const all = readFrames(reading)
    for (const each of frames.slice(1)) {
      await all.next()
      provider.send(each)
    }
    await all.next()
    expect(await errorOf(await follow('a', 0))).toMatchObject({ code: 'log_expired' })
    expect((await follow('a', 3)).status).toBe(410)
    expect((await get('/v1/logs/a?after=3')).status).toBe(410)
    expect((await chat('a')).status).toBe(410)
    expect((await framesOf(await follow('a', 20))).map(({ id }) => id)).toEqual(['21', '22'])
    expect(provider.calls).toHaveLength(1)
  })
  it('that was never reached is one too, also while the log grows', async () => {
    const { chat, follow, provider } = await startLogs()
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    await readFrames(await asked).next()
    expect(await errorOf(await follow('a', 2))).toMatchObject({ code: 'log_expired' })
    expect(await errorOf(await chat('b', { 'last-event-id': '5' }))).toMatchObject({ code: 'log_not_found' })
    expect(provider.calls).toHaveLength(1)
  })
  it('is not found when the time of the log is over', async () => {
    let time = 1_000_000
    const { chat, follow, page, provider } = await startLogs({ now: () => time, logs: { retentionMs: 5000 } })
    const asked = chat('a')
    await say(provider, 1, ...answerOf(1))
    await framesOf(await asked)
    time += 4999
    expect((await page('a')).isDone).toBe(true)
    time += 1
    expect(await errorOf(await follow('a', 1))).toMatchObject({ code: 'log_not_found' })
  })
  it('dropped while somebody reads slowly ends that reading with an error that has no number', async () => {
    const store = memoryLogStore()
    const { chat, follow, provider, userId } = await startLogs({ logs: { store } })
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    const reader = readFrames(await asked)
    await reader.next()
    const key = { userId, id: 'a' }
    await store.append(key, { frames: [2, 3, 4].map(seq => ({ seq, lines: ['data: {}'] })), isLast: false, keepFrom: 4, ttlMs: 60_000 })
    const last = (await reader.next())!
    expect([last.id, last.event, JSON.parse(last.data).error]).toMatchObject([undefined, 'error', { code: 'log_expired', status: 410 }])
    expect((await follow('a', 1)).status).toBe(410)
  })
})

describe('a long gap', () => {
  it('is told in few frames that say the same, and goes on frame by frame', async () => {
    const { chat, follow, page, provider } = await startLogs({ logs: { maxFramesBehind: 100, gatherMs: 20 } })
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, ...answerOf(500).slice(0, 500))
    await (await asked).body!.cancel()
    expect((await page('a', 499)).frames.map(({ seq }) => seq)).toEqual([500])
    const reader = readFrames(await follow('a', 10))
    const first = (await reader.next())!
    expect(first.id).toBe('500')
    provider.send(delta('live'))
    expect((await reader.next())!.id).toBe('501')
    provider.send(finish + done)
    const whole = await framesOf(await follow('a', 405))
    expect(whole[0]!.id).toBe('406')
    expect(texts([...(await framesOf(await follow('a', 0)))])).toBe(Array.from({ length: 500 }, (_, index) => `${index} 你好`).join('') + 'live')
    expect(texts([first])).toBe(Array.from({ length: 490 }, (_, index) => `${index + 10} 你好`).join(''))
    const { frames, isDone } = await page('a', 10)
    expect([frames.map(({ seq }) => seq), isDone]).toEqual([[501, 502, 503], true])
  })
})

describe('limits', () => {
  it('count what runs without a reader as running', async () => {
    const { chat, provider, cancel } = await startLogs({ limits: { maxConcurrentStreams: 1 } })
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    await (await asked).body!.cancel()
    expect(await errorOf(await chat('b'))).toMatchObject({ code: 'too_many_streams' })
    await cancel('a')
    const next = chat('b')
    await say(provider, 2, ...answerOf(1))
    expect((await framesOf(await next)).at(-1)!.data).toBe('[DONE]')
  })
  it('hold no place for a completion that another gateway was faster to begin', async () => {
    const store = memoryLogStore()
    const { chat, provider, userId } = await startLogs({ logs: { store: { ...store, read: (...given) => store.read(...given) } }, limits: { maxConcurrentStreams: 1 } })
    const { read } = store
    const key = { userId, id: 'a' }
    // It is made between the look and the start.
    store.read = async (...given) => {
      store.read = read
      expect(await store.create(key, 60_000)).toBe(true)
      await store.append(key, { frames: [{ seq: 1, lines: ['data: [DONE]'] }], isLast: true, ttlMs: 60_000 })
      return given[2] ? read(...given) : undefined
    }
    expect(await framesOf(await chat('a'))).toEqual([{ id: '1', data: '[DONE]' }])
    const next = chat('b')
    await say(provider, 1, ...answerOf(1))
    expect((await framesOf(await next)).at(-1)!.data).toBe('[DONE]')
  })
  it('never refuse to stop what runs, but to note ids that nobody knows', async () => {
    const { chat, cancel, provider } = await startLogs({ limits: { requestsPerMinute: 2, logReadsPerMinute: 0 } })
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    await asked
    expect((await cancel('unknown')).status).toBe(200)
    expect((await cancel('unknown-2')).status).toBe(429)
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    expect(provider.calls[0]!.signal.aborted).toBe(true)
  })
  it('refuse a user who reads too often, and no other', async () => {
    const { gateway, get } = await startLogs({ limits: { logReadsPerMinute: 3 } })
    for (let index = 0; index < 3; index++) expect((await get('/v1/logs/a')).status).toBe(404)
    const refused = await get('/v1/logs/a')
    expect([refused.status, (await errorOf(refused)).code]).toEqual([429, 'rate_limited'])
    expect((await (await signIn(gateway, 'other')).get('/v1/logs/a')).status).toBe(404)
  })
})

describe('a store that fails', () => {
  const broken = (name: 'create' | 'append' | 'read'): LogStore => {
    const store = memoryLogStore()
    return { ...store, [name]: async () => Promise.reject(new Error('disk full')) }
  }
  it.each(['create', 'append', 'read'] as const)('in %s ends the completion with an error of ours, closes the provider and frees the place', async name => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const store = broken(name)
    const { chat, provider } = await startLogs({ logs: { store }, onError, limits: { maxConcurrentStreams: 1 } })
    const asked = chat('a')
    if (name === 'append') await say(provider, 1, delta('one'))
    const response = await asked
    expect(await errorOf(response)).toMatchObject({ code: 'internal_error' })
    expect(onError.mock.calls.map(([error]) => String(error))).toContain('Error: disk full')
    await until(() => provider.calls.every(({ signal }) => signal.aborted))
    Object.assign(store, memoryLogStore())
    const next = chat('b')
    const calls = provider.calls.length
    await say(provider, calls + 1, ...answerOf(1))
    expect((await framesOf(await next)).at(-1)!.data).toBe('[DONE]')
  })
})

describe('closing', () => {
  it('ends what runs without a reader too, and tells readers why', async () => {
    const { gateway, chat, follow, provider } = await startLogs()
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    await (await asked).body!.cancel()
    const following = follow('a', 1)
    await gateway.close()
    const [last] = await framesOf(await following)
    expect(JSON.parse(last!.data).error).toMatchObject({ code: 'gateway_closing' })
    expect(provider.calls[0]!.signal.aborted).toBe(true)
    expect((await chat('b')).status).toBe(503)
  })
  it('leaves readers of what another gateway writes without an end, never with a false one', async () => {
    const store = memoryLogStore()
    const { gateway, follow, page, userId } = await startLogs({ logs: { store } })
    const key = { userId, id: 'a' }
    await store.create(key, 60_000)
    await store.append(key, { frames: [{ seq: 1, lines: ['data: {}'] }], isLast: false, ttlMs: 60_000 })
    const reader = readFrames(await follow('a'))
    expect((await reader.next())!.id).toBe('1')
    const waiting = page('a', 1, 20_000)
    await new Promise(resolve => setImmediate(resolve))
    await gateway.close()
    expect(await reader.next()).toBeUndefined()
    expect(await waiting).toEqual({ frames: [], isDone: false })
  })
  it('closes the store, once everything is in it', async () => {
    const done: string[] = []
    const memory = memoryLogStore()
    const store: LogStore = {
      ...memory,
      async append(key, append) {
        await new Promise(resolve => setTimeout(resolve, 20))
        done.push(append.frames.at(-1)!.lines[0]!)
        return memory.append(key, append)
      },
      close: async () => void done.push('closed'),
    }
    const { gateway, chat, provider } = await startLogs({ logs: { store } })
    onTestFinished(() => void (done.length = 0))
    const asked = chat('a', { 'x-sampan-detach': '1' })
    await say(provider, 1, delta('one'))
    await (await asked).body!.cancel()
    await gateway.close()
    expect(done.slice(-2)).toEqual(['event: error', 'closed'])
  })
})
