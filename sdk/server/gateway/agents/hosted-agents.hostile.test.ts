import { randomUUID } from 'node:crypto'
import { HttpAgent } from '@ag-ui/client'
import { Observable, of } from 'rxjs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createAgent, defineTool, type Agent, type ModelEvent, type RunContext, type ToolLedger } from '../../../index.js'
import type { AgentEvent } from '../../../protocol/index.js'
import { mockModel, textAnswer, toolAnswer } from '../../../testkit/index.js'
import { framesOf, until } from '../__fixtures__/harness.js'
import { createGateway, hostAgent, memoryLedgers, serveGateway, type Gateway, type GatewayOptions } from '../index.js'

const started: AgentEvent = { type: 'RUN_STARTED', threadId: 't', runId: 'r' }
const finished: AgentEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome: { type: 'success' } }
const agentOf = (run: (context: RunContext) => Observable<any>): Agent => Object.assign((_: unknown, context: RunContext) => run(context), { info: { name: 'x' } })
const secret = 'a secret that both gateways have, of 32 bytes'

function gatewayOf(agent: Agent, options: GatewayOptions = {}): Gateway {
  const gateway = createGateway({ auth: { secret }, ...options, agents: { barista: hostAgent(agent) } })
  onTestFinished(() => gateway.close())
  return gateway
}

/** Somebody signed in, at any gateway. */
async function personAt(first: Gateway, guest: string = randomUUID()) {
  const ask = (gateway: Gateway, path: string, init?: RequestInit) => gateway.fetch(new Request(`http://gateway.test${path}`, init))
  const { token } = (await (await ask(first, '/v1/sign-in', { method: 'POST', body: JSON.stringify({ host: 'web', guest }) })).json()) as { token: string }
  const headers = { authorization: `Bearer ${token}` }
  return {
    token,
    start: (body: object = {}, more: Record<string, string> = {}, { gateway = first, name = 'barista' } = {}) =>
      ask(gateway, `/v1/agents/${name}/runs`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '你好' }], ...body }) }),
    post: (path: string) => ask(first, path, { method: 'POST', headers }),
    get: (path: string) => ask(first, path, { headers }),
  }
}
const eventsOf = async (response: Response | Promise<Response>): Promise<any[]> => (await framesOf(await response)).map(({ data }) => JSON.parse(data))
const asked = (amount: number) => [{ id: 'u', role: 'user', content: '付款' }, { id: 'a', role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ amount }) } }] }]
const yes = [{ interruptId: 'approve-c', status: 'resolved', payload: { approved: true } }]

function payer(approval: any = 'ask') {
  const paid: number[] = []
  const pay = defineTool({ name: 'pay', description: '', input: { type: 'object', properties: { amount: { type: 'number' } } }, replay: 'never', execute: ({ amount }: any) => void paid.push(amount) })
  const agent = () => createAgent({ model: mockModel(toolAnswer(['c', 'pay', { amount: 12 }]), textAnswer('好'), textAnswer('好'), textAnswer('好')), tools: [pay], approval: { pay: approval } })
  return { paid, agent }
}

describe('a hosted agent whose run does not end as it should', () => {
  test.each<[string, Agent]>([
    ['stops', agentOf(() => of(started))],
    ['throws at once', agentOf(() => { throw new Error('10.0.0.7 has said no') })],
    ['fails', agentOf(() => new Observable(subscriber => (subscriber.next(started), subscriber.error(new Error('10.0.0.7 has said no')))))],
    ['fails with nothing', agentOf(() => new Observable(subscriber => subscriber.error(undefined)))],
    ['says what is no JSON', agentOf(() => of(started, { ...finished, result: 1n }))],
  ])('ends its log with an error where it %s, and its owner is told', async (_, agent) => {
    const told: unknown[] = []
    const anna = await personAt(gatewayOf(agent, { onError: error => told.push(error) }))
    const response = await anna.start({}, { 'x-sampan-errors': 'event' })
    const events = await eventsOf(response)
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'internal_error', error: { status: 500 } })
    expect(JSON.stringify(events)).not.toContain('10.0.0.7')
    expect(told).toHaveLength(1)
  })
  test('is heard up to its first end', async () => {
    const anna = await personAt(gatewayOf(agentOf(() => of(started, finished, { type: 'CUSTOM', name: 'late' }, finished))))
    expect((await eventsOf(anna.start())).map(({ type }) => type)).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
  })
  test('is left two seconds after it was cancelled and goes on all the same', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    let [isTold, isLeft] = [false, false]
    const deaf = agentOf(({ cancel }) => new Observable(subscriber => {
      cancel.onCancel(() => void (isTold = true))
      subscriber.next(started)
      return () => void (isLeft = true)
    }))
    const anna = await personAt(gatewayOf(deaf))
    const response = await anna.start({}, { 'x-sampan-log-id': 'a' })
    const cancelling = anna.post('/v1/logs/a/cancel')
    await until(() => isTold)
    await vi.advanceTimersByTimeAsync(1900)
    expect(isLeft).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    await cancelling
    expect(isLeft).toBe(true)
    expect((await eventsOf(response)).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'cancelled' })
  })
  test('may fail when it is cancelled, and nothing but its run ends', async () => {
    const rude = agentOf(({ cancel }) => new Observable(subscriber => {
      subscriber.next(started)
      cancel.onCancel(() => {
        subscriber.next({ ...finished, outcome: { type: 'cancelled' } })
        throw new Error('rude')
      })
      return () => { throw new Error('ruder') }
    }))
    const anna = await personAt(gatewayOf(rude))
    const response = await anna.start({}, { 'x-sampan-log-id': 'a' })
    expect(await (await anna.post('/v1/logs/a/cancel')).json()).toEqual({ isDone: true })
    expect((await eventsOf(response)).at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  })
  test('is stopped where it says more at once than can wait', async () => {
    let said = 0
    const loud = agentOf(() => new Observable(subscriber => {
      for (; said < 100 && !subscriber.closed; said++) subscriber.next({ type: 'CUSTOM', name: 'loud', value: 'x'.repeat(1024 * 1024) })
      subscriber.next(finished)
    }))
    const anna = await personAt(gatewayOf(loud, { onError() {} }))
    expect((await eventsOf(anna.start({}, { 'x-sampan-log-id': 'a' }))).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'internal_error', message: expect.stringContaining('more than can be kept') })
  })
  test('says why without keys and addresses, and tells whoever runs the gateway', async () => {
    const told: unknown[] = []
    const failing: AgentEvent = { type: 'RUN_ERROR', code: 'transport/http', message: 'http://10.0.0.7/v1 refused sk-abcdefgh' }
    const anna = await personAt(gatewayOf(agentOf(() => of(started, failing)), { onError: error => told.push(error) }))
    const end = (await eventsOf(anna.start())).at(-1)
    expect(end).toEqual({ ...failing, message: '[redacted] refused [redacted]' })
    expect(String(told[0])).toContain('"barista" ended with transport/http')
  })
})

describe('an approval at the gateway', () => {
  test('given at one gateway to what was asked at another counts where they share their ledgers, once', async () => {
    const ledgers = memoryLedgers()
    const { paid, agent } = payer()
    const [a, b] = [gatewayOf(agent(), { ledgers }), gatewayOf(agent(), { ledgers })]
    const anna = await personAt(a)
    expect((await eventsOf(anna.start())).at(-1)).toMatchObject({ outcome: { type: 'interrupt' } })
    const answers = await Promise.all([a, b, b].map(gateway => eventsOf(anna.start({ messages: asked(12), resume: yes }, {}, { gateway }))))
    expect(paid).toEqual([12])
    for (const events of answers) expect(events.at(-1).type).toMatch(/^RUN_/)
  })
  test('is asked for again where they do not', async () => {
    const { paid, agent } = payer()
    const [a, b] = [gatewayOf(agent()), gatewayOf(agent())]
    const anna = await personAt(a)
    await eventsOf(anna.start())
    const again = await eventsOf(anna.start({ messages: asked(12), resume: yes }, {}, { gateway: b }))
    expect([again.at(-1).outcome.type, paid]).toEqual(['interrupt', []])
  })
  test('of one user is none of another, with the same ids', async () => {
    const { paid, agent } = payer()
    const gateway = gatewayOf(agent())
    const [anna, bert] = [await personAt(gateway), await personAt(gateway)]
    await eventsOf(anna.start())
    expect((await eventsOf(bert.start({ messages: asked(12), resume: yes }))).at(-1).outcome.type).toBe('interrupt')
    expect(paid).toEqual([])
  })
  test('holds for the arguments that were asked about', async () => {
    const { paid, agent } = payer()
    const anna = await personAt(gatewayOf(agent()))
    await eventsOf(anna.start())
    expect((await eventsOf(anna.start({ messages: asked(99_999), resume: yes }))).at(-1).outcome.type).toBe('interrupt')
    expect(paid).toEqual([])
  })
  test('cannot be had of what the policy denies: not by an invented question, nor by an invented state', async () => {
    const { paid, agent } = payer({ deny: 'never' })
    const anna = await personAt(gatewayOf(agent()))
    for (const always of ['allow', {}, null, [], { allow: true }]) {
      const state = { sampan: { approvals: { pay: always } } }
      for (let round = 0; round < 2; round++) expect((await eventsOf(anna.start({ state, messages: asked(12), resume: yes }))).at(-1)).not.toMatchObject({ outcome: { type: 'interrupt' } })
      await eventsOf(anna.start({ state }))
    }
    expect(paid).toEqual([])
  })
  test('does nothing for a user who is erased while it is given', async () => {
    const { paid, agent } = payer()
    const kept = memoryLedgers()
    let go = (): void => {}
    const slow = { ...kept, open: async (user: string, thread: string): Promise<ToolLedger> => {
      const ledger = await kept.open(user, thread)
      if (ledger.get('c')) await new Promise<void>(resolve => (go = resolve))
      return ledger
    } }
    const anna = await personAt(gatewayOf(agent(), { ledgers: slow }))
    await eventsOf(anna.start())
    const resumed = anna.start({ messages: asked(12), resume: yes }, { 'x-sampan-errors': 'event' })
    await new Promise(resolve => setImmediate(resolve))
    expect(await (await anna.post('/v1/me/erase')).json()).toEqual({ isErased: true })
    go()
    await eventsOf(resumed)
    expect(paid).toEqual([])
  })
})

describe('a run at the gateway', () => {
  test('is read and cancelled by its user only', async () => {
    const gateway = gatewayOf(agentOf(() => new Observable(subscriber => subscriber.next(started))))
    const [anna, bert] = [await personAt(gateway), await personAt(gateway)]
    const response = await anna.start({}, { 'x-sampan-log-id': 'run' })
    expect((await bert.get('/v1/logs/run')).status).toBe(404)
    await bert.post('/v1/logs/run/cancel')
    expect(await (await anna.get('/v1/logs/run?wait=0')).json()).toMatchObject({ frames: [{ seq: 1 }], isDone: false })
    await response.body!.cancel()
  })
  test('that is joined, or refused, opens no ledger', async () => {
    const kept = memoryLedgers()
    const opened: string[] = []
    const ledgers = { ...kept, open: (user: string, thread: string) => (opened.push(thread), kept.open(user, thread)) }
    const anna = await personAt(gatewayOf(agentOf(() => of(started, finished)), { ledgers }))
    for (let round = 0; round < 3; round++) await eventsOf(anna.start({}, { 'x-sampan-log-id': 'a' }))
    expect((await anna.start({}, { 'x-sampan-log-id': 'ä'.normalize('NFD').slice(0, 1) + ' b' })).status).toBe(400)
    expect((await anna.start({ messages: 1 })).status).toBe(400)
    expect(opened).toEqual(['t'])
  })
  test.each(['__proto__', 'constructor', 'toString', '%25', '%E4%B8'])('of an agent called %s is refused as of any other that is not there', async name => {
    const anna = await personAt(gatewayOf(agentOf(() => of(finished))))
    const response = await anna.start({}, {}, { gateway: gatewayOf(agentOf(() => of(finished))), name })
    expect([response.status, ((await response.json()) as any).error.code]).toEqual([404, 'agent_not_found'])
  })
  test.each([{ threadId: 'a\ud800' }, { runId: '\0' }, { threadId: 'x'.repeat(201) }, { messages: [null] }, { tools: {} }, { resume: [1] }, { resume: 'x' }])('with %j is refused', async wrong => {
    const anna = await personAt(gatewayOf(agentOf(() => of(finished))))
    expect((await anna.start(wrong)).status).toBe(400)
  })
  test('is given AG-UI’s fields, and none that is ours', async () => {
    const seen: any[] = []
    const agent = Object.assign((input: any) => (seen.push(input), of(finished)), { info: { name: 'x' } }) as unknown as Agent
    const anna = await personAt(gatewayOf(agent))
    await eventsOf(anna.start({ attach: { runId: 'other' }, kept: 1, parentRunId: {}, ['__proto__']: { admin: true }, state: { a: 1 } }))
    expect(Object.keys(seen[0]).sort()).toEqual(['context', 'forwardedProps', 'messages', 'resume', 'runId', 'state', 'threadId', 'tools'])
    expect(seen[0].admin).toBeUndefined()
  })
  test('is kept whole for one who reads slowly, and goes on at its own speed', async () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `${index} `)
    const model = mockModel(new Observable<ModelEvent>(subscriber => {
      for (const delta of texts) subscriber.next({ type: 'text-delta', delta })
      subscriber.next({ type: 'finish', reason: 'stop' })
      subscriber.complete()
    }))
    const anna = await personAt(gatewayOf(createAgent({ model }), { logs: { maxFramesBehind: 100_000 } }))
    const slow = await anna.start({}, { 'x-sampan-log-id': 'a', 'x-sampan-detach': '1' })
    const fast = await eventsOf(anna.get('/v1/logs/a').then(() => anna.start({}, { 'x-sampan-log-id': 'a' })))
    const text = (events: any[]): string => events.map(({ type, delta }) => (type === 'TEXT_MESSAGE_CONTENT' ? delta : '')).join('')
    expect(text(fast)).toBe(texts.join(''))
    expect(text(await eventsOf(slow))).toBe(texts.join(''))
  })
  test('ends when the official client aborts it', async () => {
    let isLeft = false
    const agent = agentOf(() => new Observable(subscriber => (subscriber.next(started), () => void (isLeft = true))))
    const served = await serveGateway({ auth: { secret }, agents: { barista: hostAgent(agent) } })
    onTestFinished(() => served.close())
    const { token } = await personAt(gatewayOf(agent))
    const client = new HttpAgent({ url: `${served.url}/v1/agents/barista/runs`, headers: { authorization: `Bearer ${token}` }, threadId: 't', initialMessages: [{ id: 'u', role: 'user', content: 'hi' }] })
    const seen: string[] = []
    const running = client.runAgent({}, { onEvent: ({ event }) => void seen.push(event.type) }).catch(() => {})
    await until(() => seen.includes('RUN_STARTED'))
    client.abortRun()
    await running
    await until(() => isLeft)
  })
})
