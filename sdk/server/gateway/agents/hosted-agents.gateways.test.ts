import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstValueFrom, lastValueFrom, Observable, Subject, toArray } from 'rxjs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { nodePlatform } from '../../../../adapters/node/index.js'
import { aguiAgent } from '../../../endpoints/agui/index.js'
import { connect, createAgent, createCancel, createRunContext, defineTool, memoryCheckpoints, type Agent, type ModelEvent, type RunInput } from '../../../index.js'
import type { AgentEvent, Message } from '../../../protocol/index.js'
import { expectOfficiallyValid } from '../../../testkit/official-verifier.js'
import { mockModel, textAnswer, toolAnswer } from '../../../testkit/index.js'
import { socketRung } from '../../../transport/index.js'
import { framesOf, until } from '../__fixtures__/harness.js'
import { hasRedis, type RedisServer, startRedis } from '../__fixtures__/redis-server.js'
import { createGateway, hostAgent, memoryLedgers, memoryLogStore, redisLedgers, redisLogStore, serveGateway, sqliteLedgers, sqliteLogStore, type GatewayOptions } from '../index.js'

const secret = 'a secret that all gateways have, of 32 bytes'
const inputOf = (more: Partial<RunInput> = {}): RunInput => ({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '你好' }], tools: [], context: [], ...more })
const all = (events$: Observable<AgentEvent>): Promise<AgentEvent[]> => lastValueFrom(events$.pipe(toArray()))
const textOf = (events: AgentEvent[]): string => events.map(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')

async function hosting(agent: Agent, options: GatewayOptions = {}) {
  const gateway = await serveGateway({ auth: { secret }, ...options, agents: { barista: hostAgent(agent) } })
  onTestFinished(() => gateway.close())
  return gateway
}

/** The same guest at any gateway, on a host that streams, that can only poll, or with a socket. */
function phoneAt(url: string, way: 'stream' | 'poll' | 'socket' = 'stream') {
  const platform = nodePlatform()
  const capabilities = way === 'stream' ? platform.capabilities : { ...platform.capabilities, stream: 'none' as const }
  const stored: typeof platform.storage = { ...platform.storage, get: (key, done) => (key.includes('guest') ? done(null, 'one') : platform.storage.get(key, done)) }
  const connection = connect({ platform: { ...platform, storage: stored, capabilities }, url, ...(way === 'socket' && { socket: socketRung }) })
  return aguiAgent({ connection, name: 'barista' })
}

/** An agent that never answers, and whether it has been left. */
function silent() {
  const seen = { isAsked: false, isLeft: false }
  const model = Object.assign(() => new Observable<never>(() => ((seen.isAsked = true), () => void (seen.isLeft = true))), { info: { provider: 'x', model: 'y' } })
  return { seen, agent: createAgent({ model }) }
}

function payer() {
  const paid: number[] = []
  const pay = defineTool({ name: 'pay', description: '', input: { type: 'object', properties: { amount: { type: 'number' } } }, approval: 'ask', execute: ({ amount }: any) => void paid.push(amount) })
  return { paid, agent: () => createAgent({ model: mockModel(toolAnswer(['c', 'pay', { amount: 12 }]), textAnswer('付好了')), tools: [pay] }), after: () => createAgent({ model: mockModel(textAnswer('付好了'), textAnswer('付好了')), tools: [pay] }) }
}
const answerTo = (events: AgentEvent[]): RunInput => {
  const messages = (events.find(({ type }) => type === 'MESSAGES_SNAPSHOT') as { messages: Message[] } | undefined)!.messages
  const [{ id }] = (events.at(-1) as any).outcome.interrupts
  return inputOf({ runId: 'r2', messages, resume: [{ interruptId: id, status: 'resolved', payload: { approved: true } }] })
}

test.each(['stream', 'poll', 'socket'] as const)('a run is cancelled by %s', async way => {
  const { seen, agent } = silent()
  const gateway = await hosting(agent, { logs: { gatherMs: 10 } })
  const cancel = createCancel()
  const running = all(phoneAt(gateway.url, way)(inputOf(), createRunContext({ cancel: cancel.signal })))
  await expect.poll(() => seen.isAsked).toBe(true)
  expect(await cancel.cancel()).toBe(true)
  expect((await running).at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  await expect.poll(() => seen.isLeft).toBe(true)
})

test.each(['stream', 'poll', 'socket'] as const)('a run goes on by %s after its client was killed', async way => {
  const answer = new Subject<ModelEvent>()
  const gateway = await hosting(createAgent({ model: mockModel(answer) }), { logs: { gatherMs: 10 } })
  const checkpoints = memoryCheckpoints()
  const first = phoneAt(gateway.url, way)(inputOf(), createRunContext({ checkpoints }))
  await firstValueFrom(first)
  await expect.poll(() => answer.observed).toBe(true)
  answer.next({ type: 'text-delta', delta: '一' })
  answer.next({ type: 'finish', reason: 'stop' })
  const events = await all(phoneAt(gateway.url, way)(inputOf({ attach: { runId: 'r' } }), createRunContext({ checkpoints })))
  expectOfficiallyValid(events)
  expect(textOf(events)).toBe('一')
})

test('a run ends with the gateway that hosts it, in AG-UI’s words', async () => {
  const { seen, agent } = silent()
  const gateway = createGateway({ agents: { barista: hostAgent(agent) } })
  const ask = (path: string, body: unknown, headers = {}) => gateway.fetch(new Request(`http://gateway.test${path}`, { method: 'POST', body: JSON.stringify(body), headers }))
  const { token } = (await (await ask('/v1/sign-in', { host: 'web' })).json()) as { token: string }
  const response = await ask('/v1/agents/barista/runs', inputOf(), { authorization: `Bearer ${token}` })
  await until(() => seen.isAsked)
  const [frames] = await Promise.all([framesOf(response), gateway.close()])
  expect(JSON.parse(frames.at(-1)!.data)).toMatchObject({ type: 'RUN_ERROR', code: 'gateway_closing', error: { status: 503 } })
  expect(seen.isLeft).toBe(true)
})

test('a gateway that was killed leaves a run that ends in AG-UI’s words, and a question that is answered after the restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-hosted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const keep = () => ({ logs: { store: sqliteLogStore({ path: join(folder, 'logs.db') }) }, ledgers: sqliteLedgers({ path: join(folder, 'ledgers.db') }) })
  const { paid, agent, after } = payer()
  const first = await hosting(agent(), keep())
  const asked = await all(phoneAt(first.url)(inputOf(), createRunContext()))
  await first.close()
  // What a gateway that is killed leaves: a log without an end.
  const killed = sqliteLogStore({ path: join(folder, 'logs.db') })
  const { userId } = (await (await fetchJson(await hosting(agent()), 'one')).json()) as { userId: string }
  await killed.create({ userId, id: 'cut' }, 60_000)
  await killed.append({ userId, id: 'cut' }, { frames: [{ seq: 1, lines: ['data: {"type":"RUN_STARTED","threadId":"t","runId":"r"}'] }], isLast: false, ttlMs: 60_000 })
  await killed.close()
  const second = await hosting(after(), keep())
  expect(textOf(await all(phoneAt(second.url)(answerTo(asked), createRunContext())))).toBe('付好了')
  expect(paid).toEqual([12])
  const { token } = (await (await fetchJson(second, 'one')).json()) as { token: string }
  const cut = await framesOf(await fetch(`${second.url}/v1/logs/cut`, { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } }))
  expect(JSON.parse(cut.at(-1)!.data)).toMatchObject({ type: 'RUN_ERROR', code: 'upstream_truncated', error: { status: 502 } })
})

const fetchJson = ({ url }: { url: string }, guest: string) => fetch(`${url}/v1/sign-in`, { method: 'POST', body: JSON.stringify({ host: 'web', guest }) })

describe.each<[string, () => () => GatewayOptions, boolean]>([
  ['one process', () => {
    const [store, ledgers] = [memoryLogStore(), memoryLedgers()]
    return () => ({ logs: { store: { ...store, close: async () => {} } }, ledgers })
  }, true],
  ['one Redis', () => () => ({ logs: { store: redisLogStore({ url: redis.url }) }, ledgers: redisLedgers({ url: redis.url }) }), hasRedis()],
])('two gateways on %s', (_, prepare, isThere) => {
  test.runIf(isThere)('answer at one what the other asked, once', async () => {
    const share = prepare()
    const { paid, agent, after } = payer()
    const [a, b] = [await hosting(agent(), share()), await hosting(after(), share())]
    const asked = await all(phoneAt(a.url)(inputOf(), createRunContext()))
    const answers = await Promise.all([1, 2].map(() => all(phoneAt(b.url)(answerTo(asked), createRunContext()))))
    for (const events of answers) expectOfficiallyValid(events)
    expect(paid).toEqual([12])
  })
  test.runIf(isThere)('read and cancel at one what runs at the other', async () => {
    const share = prepare()
    const { seen, agent } = silent()
    const [a, b] = [await hosting(agent, share()), await hosting(agent, share())]
    const checkpoints = memoryCheckpoints()
    const killed = phoneAt(a.url)(inputOf(), createRunContext({ checkpoints })).subscribe()
    await expect.poll(() => seen.isAsked).toBe(true)
    killed.unsubscribe()
    const cancel = createCancel()
    const events: AgentEvent[] = []
    const read = new Promise<void>(resolve => phoneAt(b.url)(inputOf({ attach: { runId: 'r' } }), createRunContext({ checkpoints, cancel: cancel.signal })).subscribe({ next: event => void events.push(event), complete: resolve }))
    await expect.poll(() => events.length).toBeGreaterThan(0)
    expect(await cancel.cancel()).toBe(true)
    await read
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'cancelled' } })
    await expect.poll(() => seen.isLeft).toBe(true)
  })
})

let redis: RedisServer
beforeAll(async () => {
  if (hasRedis()) redis = await startRedis()
})
afterAll(() => redis?.close())
