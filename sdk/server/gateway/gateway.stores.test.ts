import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startByteServer } from '../../testkit/byte-server.js'
import { auth, newPath, startGatewayToKill } from './__fixtures__/gateway-to-kill.js'
import { answer, delta, framesOf, manualProvider, providerKey, until } from './__fixtures__/harness.js'
import { answerOf, type LogUser, readFrames, say, signIn } from './__fixtures__/log-client.js'
import { hasRedis, type RedisServer, startRedis } from './__fixtures__/redis-server.js'
import { createGateway, type GatewayOptions, type LimitOptions, type LogOptions, type LogStore, openaiProvider, redisLogStore, sqliteLogStore } from './index.js'

const detach = { 'x-sampan-detach': '1' }
const codeOf = (frame: { data: string } | undefined): string => JSON.parse(frame!.data).error.code

async function start(options: GatewayOptions): Promise<LogUser & { close(): Promise<void> }> {
  const gateway = createGateway({ auth, ...options })
  onTestFinished(() => gateway.close())
  return { ...(await signIn(gateway, 'g')), close: gateway.close }
}

describe.skipIf(!hasRedis())('two gateways on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.close())
  let count = 0
  const startTwo = async (logs: LogOptions = {}, limits: LimitOptions = {}) => {
    const provider = manualProvider()
    const prefix = `test ${(count += 1)}:`
    let reads = 0
    const startOne = () => {
      const store = redisLogStore({ url: redis.url, prefix })
      const tell: LogStore['tell'] = (key, note) => {
        if (note === 'read') reads += 1
        store.tell(key, note)
      }
      return start({ providers: { manual: provider }, limits, logs: { store: { ...store, tell }, gatherMs: 20, ...logs } })
    }
    return { provider, prefix, reads: () => reads, a: await startOne(), b: await startOne() }
  }

  it('are one to their users: begun on the first, read on and cancelled on the second', async () => {
    const { provider, a, b } = await startTwo()
    const asked = a.chat('log', detach)
    await say(provider, 1, delta('one'))
    const first = readFrames(await asked)
    expect((await first.next())!.id).toBe('1')
    const second = readFrames(await b.follow('log'))
    expect((await second.next())!.id).toBe('1')
    await first.leave()
    provider.send(delta('two'))
    expect((await second.next())!.id).toBe('2')
    expect((await b.page('log', 1)).frames.map(({ seq }) => seq)).toEqual([2])
    expect(await (await b.cancel('log')).json()).toEqual({ isDone: true })
    expect(provider.calls[0]!.signal.aborted).toBe(true)
    const last = (await second.next())!
    expect([last.id, codeOf(last)]).toEqual(['3', 'cancelled'])
    expect((await framesOf(await a.follow('log', 2))).map(codeOf)).toEqual(['cancelled'])
    expect(provider.calls).toHaveLength(1)
  })
  it('ask the provider once for one id, and hold a place for it once', async () => {
    const { provider, a, b } = await startTwo({}, { maxConcurrentStreams: 1 })
    const asked = [a.chat('log'), b.chat('log'), a.chat('log'), b.chat('log')]
    await say(provider, 1, ...answerOf(3))
    const all = await Promise.all(asked.map(async response => framesOf(await response)))
    expect(new Set(all.map(frames => JSON.stringify(frames))).size).toBe(1)
    expect(all[0]).toHaveLength(5)
    for (let after = 0; after <= 5; after++) {
      for (const gateway of [a, b]) expect(await framesOf(await gateway.follow('log', after))).toEqual(all[0]!.slice(after))
    }
    expect(provider.calls).toHaveLength(1)
    for (const [index, gateway] of [a, b].entries()) {
      const next = gateway.chat(`next-${index}`)
      await say(provider, index + 2, ...answerOf(1))
      expect((await framesOf(await next)).at(-1)!.data).toBe('[DONE]')
    }
  })
  it('know of each other’s readers: one who reads on the second keeps the first at work', async () => {
    const { provider, a, b, reads } = await startTwo({ graceMs: 2000 })
    const asked = a.chat('log', detach)
    await say(provider, 1, delta('one'))
    const reader = readFrames(await b.follow('log'))
    await (await asked).body!.cancel()
    await reader.next()
    // He says so three times in each grace period: this is longer than one.
    await until(() => reads() > 5)
    expect(provider.calls[0]!.signal.aborted).toBe(false)
    await reader.leave()
    await until(() => provider.calls[0]!.signal.aborted)
  })
  it('let one who comes back by polling find what the first has read meanwhile', async () => {
    const { provider, a, b } = await startTwo()
    const asked = a.chat('log', { prefer: 'respond-async' })
    await say(provider, 1, delta('one'))
    expect((await asked).status).toBe(202)
    provider.send(delta('two'))
    const frames: number[] = []
    for (let isDone = false; !isDone; ) {
      const page = await b.page('log', frames.at(-1) ?? 0)
      frames.push(...page.frames.map(({ seq }) => seq))
      isDone = page.isDone
      if (frames.length === 2) answerOf(0).forEach(provider.send)
    }
    expect(frames).toEqual([1, 2, 3, 4])
  })
  it('erase on one what runs on the other, of one user only', async () => {
    const { provider, a, b } = await startTwo()
    const asked = a.chat('log', detach)
    await say(provider, 1, delta('one'))
    await readFrames(await asked).next()
    await b.erase()
    await until(() => provider.calls[0]!.signal.aborted)
    for (const gateway of [a, b]) expect((await gateway.follow('log')).status).toBe(404)
  })
  it('end with an error what one of them was writing when it died', async () => {
    const { provider, a, b, prefix } = await startTwo()
    const dying = redisLogStore({ url: redis.url, prefix })
    const asked = a.chat('log', detach)
    await say(provider, 1, delta('one'))
    await readFrames(await asked).next()
    const key = { userId: a.userId, id: 'dead' }
    await dying.create(key, 60_000)
    await dying.append(key, { frames: [{ seq: 1, lines: ['data: {}'] }], isLast: false, ttlMs: 60_000 })
    await dying.close()
    const frames = await framesOf(await b.follow('dead'))
    expect(frames.map(({ id }) => id)).toEqual(['1', '2'])
    expect(codeOf(frames[1])).toBe('upstream_truncated')
    expect((await a.page('dead')).isDone).toBe(true)
    expect(provider.calls[0]!.signal.aborted).toBe(false)
  })
  it('go on where Redis is killed and comes back in the middle of an answer', async () => {
    const { provider, a, b } = await startTwo()
    const asked = a.chat('log', detach)
    await say(provider, 1, delta('one'))
    const reader = readFrames(await asked)
    await reader.next()
    const restarted = redis.restart()
    provider.send(delta('two'))
    await restarted
    expect((await reader.next())!.id).toBe('2')
    provider.send(answerOf(0).join(''))
    expect((await framesOf(await b.follow('log'))).map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
    expect(provider.calls).toHaveLength(1)
  })
})

describe('a gateway with a SQLite file', () => {
  it('has its logs after a restart; what ran when it closed has ended with an error', async () => {
    const path = newPath()
    const provider = manualProvider()
    const providers = { manual: provider }
    const before = await start({ providers, logs: { store: sqliteLogStore({ path }) } })
    const whole = before.chat('whole')
    await say(provider, 1, ...answerOf(3))
    const frames = await framesOf(await whole)
    const cut = before.chat('cut', detach)
    await say(provider, 2, delta('one'))
    await readFrames(await cut).next()
    await before.close()
    const after = await start({ providers, logs: { store: sqliteLogStore({ path }) } })
    expect(await framesOf(await after.follow('whole', 2))).toEqual(frames.slice(2))
    expect(await framesOf(await after.chat('whole'))).toEqual(frames)
    expect(codeOf((await framesOf(await after.follow('cut', 1)))[0])).toBe('gateway_closing')
    expect(provider.calls).toHaveLength(2)
  })
  it('has its logs after it was killed; what ran ends as truncated, and is not begun again', async () => {
    const path = newPath()
    const provider = await startByteServer({ chunks: answer })
    onTestFinished(() => provider.close())
    const { gateway, kill } = await startGatewayToKill(provider.url, path)
    const there = await signIn(gateway, 'g')
    const frames = await framesOf(await there.chat('whole'))
    provider.use({ chunks: [delta('one')], faults: { hang: 60_000 } })
    const reader = readFrames(await there.chat('cut', detach))
    await reader.next()
    await kill()
    const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
    const after = await start({ providers: { main }, logs: { store: sqliteLogStore({ path }) } })
    expect(await framesOf(await after.follow('whole'))).toEqual(frames)
    const cut = await framesOf(await after.chat('cut', detach))
    expect(cut.map(({ id }) => id)).toEqual(['1', '2'])
    expect(codeOf(cut[1])).toBe('upstream_truncated')
    expect(await (await after.cancel('cut')).json()).toEqual({ isDone: true })
    expect(provider.requests).toHaveLength(2)
  })
})
