import { HttpAgent } from '@ag-ui/client'
import { lastValueFrom, Observable, Subject, toArray } from 'rxjs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nodePlatform } from '../../../../adapters/node/index.js'
import { aguiAgent } from '../../../endpoints/agui/index.js'
import { connect, createAgent, createCancel, createRunContext, defineTool, memoryCheckpoints, type Agent, type ModelEvent, type RunInput } from '../../../index.js'
import type { AgentEvent } from '../../../protocol/index.js'
import { startByteServer } from '../../../testkit/byte-server.js'
import { expectOfficiallyValid } from '../../../testkit/official-verifier.js'
import { mockModel, textAnswer, toolAnswer } from '../../../testkit/index.js'
import { auth, newPath, startGatewayToKill } from '../__fixtures__/gateway-to-kill.js'
import { delta, framesOf } from '../__fixtures__/harness.js'
import { readFrames, signIn } from '../__fixtures__/log-client.js'
import { createGateway, hostAgent, serveGateway, sqliteLogStore, type Gateway } from '../index.js'
import type { AuthOptions, GatewayOptions } from '../options.js'

const inputOf = (more: Partial<RunInput> = {}): RunInput => ({ threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '你好' }], tools: [], context: [], ...more })
const all = (events$: Observable<AgentEvent>): Promise<AgentEvent[]> => lastValueFrom(events$.pipe(toArray()))
const textOf = (events: AgentEvent[]): string => events.map(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')

async function hosting(agent: Agent, options: GatewayOptions = {}) {
  const gateway = await serveGateway({ ...options, agents: { barista: hostAgent(agent) }, port: 0 })
  onTestFinished(() => gateway.close())
  const connection = connect({ platform: nodePlatform(), url: gateway.url })
  return { gateway, connection, remote: aguiAgent({ connection, name: 'barista' }) }
}

describe('an agent that the gateway hosts', () => {
  test('answers a phone with the very events it would have there', async () => {
    const agent = createAgent({ model: mockModel(textAnswer('你好，', '要点什么？')) })
    const { remote } = await hosting(agent)
    const events = await all(remote(inputOf(), createRunContext()))
    expectOfficiallyValid(events)
    expect(textOf(events)).toBe('你好，要点什么？')
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome: { type: 'success' } })
  })
  test('is an AG-UI server to the official client', async () => {
    const { gateway } = await hosting(createAgent({ model: mockModel(textAnswer('好')) }))
    const { token } = (await (await fetch(`${gateway.url}/v1/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"host":"web","guest":"g"}' })).json()) as { token: string }
    const client = new HttpAgent({ url: `${gateway.url}/v1/agents/barista/runs`, headers: { authorization: `Bearer ${token}` }, threadId: 't', initialMessages: [{ id: 'u', role: 'user', content: '你好' }] })
    const { newMessages } = await client.runAgent()
    expect(newMessages).toMatchObject([{ role: 'assistant', content: '好' }])
  })
  test('asks for an approval in one run and takes the answer in the next', async () => {
    const paid: number[] = []
    const pay = defineTool({ name: 'pay', description: '', input: { type: 'object', properties: { amount: { type: 'number' } } }, approval: 'ask', execute: ({ amount }: any) => paid.push(amount) })
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'pay', { amount: 12 }]), textAnswer('付好了')), tools: [pay] })
    const { remote } = await hosting(agent)
    const first = await all(remote(inputOf(), createRunContext()))
    const end = first.at(-1) as Extract<AgentEvent, { type: 'RUN_FINISHED' }>
    const messages = (first.find(({ type }) => type === 'MESSAGES_SNAPSHOT') as Extract<AgentEvent, { type: 'MESSAGES_SNAPSHOT' }>).messages
    expect([end.outcome?.type, paid]).toEqual(['interrupt', []])
    const interruptId = (end.outcome as { interrupts: { id: string }[] }).interrupts[0]!.id
    const second = await all(remote(inputOf({ runId: 'r2', messages, resume: [{ interruptId, status: 'resolved', payload: { approved: true } }] }), createRunContext()))
    expectOfficiallyValid(second)
    expect([textOf(second), paid]).toEqual(['付好了', [12]])
  })
  test('goes on from its log after the app was killed, and is asked once', async () => {
    const answer = new Subject<ModelEvent>()
    const model = mockModel(answer)
    const { remote } = await hosting(createAgent({ model }))
    const checkpoints = memoryCheckpoints()
    const seen: AgentEvent[] = []
    const killed = remote(inputOf(), createRunContext({ checkpoints })).subscribe(event => seen.push(event))
    await expect.poll(() => answer.observed).toBe(true)
    answer.next({ type: 'text-delta', delta: '一' })
    await expect.poll(() => textOf(seen)).toBe('一')
    killed.unsubscribe()
    answer.next({ type: 'text-delta', delta: '二' })
    answer.next({ type: 'finish', reason: 'stop' })
    const events = await all(remote(inputOf({ attach: { runId: 'r' } }), createRunContext({ checkpoints })))
    expectOfficiallyValid(events)
    expect([textOf(events), model.requests.length]).toEqual(['一二', 1])
  })
  test('dies with the process of its gateway: its log ends as truncated, and it is not begun again', async () => {
    const path = newPath()
    const provider = await startByteServer({ chunks: [delta('一')], faults: { hang: 60_000 } })
    onTestFinished(() => provider.close())
    const { gateway, kill } = await startGatewayToKill(provider.url, path)
    const { token } = await signIn(gateway, 'g')
    const run = ({ fetch }: Gateway) => fetch(new Request('http://gateway.test/v1/agents/barista/runs', { method: 'POST', headers: { authorization: `Bearer ${token}`, 'x-sampan-log-id': 'log', 'x-sampan-detach': '1' }, body: JSON.stringify(inputOf()) }))
    const reader = readFrames(await run(gateway))
    const seen: AgentEvent[] = []
    while (!textOf(seen)) seen.push(JSON.parse((await reader.next())!.data) as AgentEvent)
    await kill()
    const after = createGateway({ auth, agents: { barista: hostAgent(createAgent({ model: mockModel() })) }, logs: { store: sqliteLogStore({ path }) } })
    onTestFinished(() => after.close())
    const frames = await framesOf(await run(after))
    expect(frames.slice(0, -1).map(({ data }) => JSON.parse(data) as unknown)).toEqual(seen)
    expect([frames.at(-1)!.event, JSON.parse(frames.at(-1)!.data)]).toMatchObject(['error', { type: 'RUN_ERROR', error: { code: 'upstream_truncated' } }])
    expect(provider.requests).toHaveLength(1)
  })
  test('stops when it is told to, and says so as AG-UI does', async () => {
    let isLeft = false
    const never = Object.assign(() => new Observable<never>(() => () => void (isLeft = true)), { info: { provider: 'x', model: 'y' } })
    const { remote } = await hosting(createAgent({ model: never }))
    const cancel = createCancel()
    const events: AgentEvent[] = []
    await new Promise<void>(resolve => {
      remote(inputOf(), createRunContext({ cancel: cancel.signal })).subscribe({ next: event => {
        events.push(event)
        if (event.type === 'RUN_STARTED') setImmediate(() => cancel.cancel())
      }, complete: resolve })
    })
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
    await expect.poll(() => isLeft).toBe(true)
  })
  describe('is run and listed only for', () => {
    const agents = { barista: hostAgent(createAgent({ model: mockModel(textAnswer('好')) })), travel: hostAgent(createAgent({ name: 'other', model: mockModel(textAnswer('行')) })) }
    const production: AuthOptions = { mode: 'production', secret: 's'.repeat(32), verifySignIn: ({ code }) => ({ userId: 'u', ...(code === 'some' && { agents: ['travel'] }) }) }
    test.each<[string, AuthOptions, object, string[]]>([
      ['a user whose sign-in lists it', production, { code: 'some' }, ['travel']],
      ['any user whose sign-in lists none', production, { code: 'any' }, ['barista', 'travel']],
      ['no guest in production', { ...production, allowGuests: true }, {}, []],
      ['a guest in production where it is listed for guests', { ...production, allowGuests: true, guestAgents: ['barista'] }, {}, ['barista']],
      ['any guest in development', {}, {}, ['barista', 'travel']],
    ])('%s', async (_, auth, who, allowed) => {
      const gateway = createGateway({ agents, auth })
      onTestFinished(() => gateway.close())
      let authorization = ''
      const ask = async (path: string, body?: object) => {
        const response = await gateway.fetch(new Request('http://gateway.test/v1' + path, { method: body ? 'POST' : 'GET', headers: { authorization }, body: body && JSON.stringify(body) }))
        return { status: response.status, text: await response.text() }
      }
      authorization = 'Bearer ' + (JSON.parse((await ask('/sign-in', { host: 'web', ...who })).text) as { token: string }).token
      expect((JSON.parse((await ask('/agents')).text) as { agents: { name: string }[] }).agents.map(({ name }) => name)).toEqual(allowed)
      for (const name of Object.keys(agents)) {
        const { status, text } = await ask('/agents/' + name + '/runs', inputOf({ runId: name }))
        const isRun = allowed.includes(name)
        expect([status, text.includes('RUN_FINISHED'), text.includes('agent_not_allowed')]).toEqual([isRun ? 200 : 403, isRun, !isRun])
      }
    })
  })
  test('is refused by name, and a run without ids is refused with what it lacks', async () => {
    const { connection, remote } = await hosting(createAgent({ model: mockModel() }))
    const unknown = await all(aguiAgent({ connection, name: 'nobody' })(inputOf(), createRunContext()))
    expect(unknown.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'transport/http', message: expect.stringContaining('nobody') })
    const nameless = await all(remote(inputOf({ runId: '' }), createRunContext()))
    expect(nameless.at(-1)).toMatchObject({ type: 'RUN_ERROR', message: expect.stringContaining('runId') })
  })
})
