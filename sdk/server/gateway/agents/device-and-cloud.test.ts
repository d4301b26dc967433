import { lastValueFrom, toArray, type Observable } from 'rxjs'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod/mini'
import { nodePlatform } from '../../../../adapters/node/index.js'
import { aguiAgent } from '../../../endpoints/agui/index.js'
import { connect, createRunContext, createThread, defineTool, type Agent, type RunInput } from '../../../index.js'
import { withTools } from '../../../agent/team.js'
import type { AgentEvent } from '../../../protocol/index.js'
import { fakePlatform } from '../../../testkit/index.js'
import { expectOfficiallyValid } from '../../../testkit/official-verifier.js'
import { createFlow, defineStep, defineWorkflow } from '../../../workflow/index.js'
import { hostAgent, serveGateway } from '../index.js'

// One workflow, three places: on the phone, at the gateway, and on both at once.

const stock = defineStep({ name: 'stock', replay: 'idempotent', execute: ({ dish }: { dish: string }) => ({ dish, left: 3 }) })
const placeWith = (execute?: () => { city: string }) =>
  defineTool({ name: 'place', description: 'Where the phone is.', input: z.object({ dish: z.string(), left: z.number() }), output: z.object({ city: z.string() }), execute })
const place = placeWith(() => ({ city: '杭州' }))
const order = defineStep({ name: 'order', replay: 'idempotent', execute: ({ city }: { city: string }) => ({ text: `送到${city}` }) })
const deliveryWith = (where: typeof place) => defineWorkflow({ name: 'delivery', input: z.object({ dish: z.string() }), flow: createFlow<{ dish: string }>().then(stock).then(where).then(order) })

const onPhone = deliveryWith(place)
// At the gateway nobody knows where a phone is: the tool has no `execute` there.
const inCloud = deliveryWith(placeWith())

const input: RunInput = { threadId: 't', runId: 'r', messages: [], tools: [], context: [], forwardedProps: { input: { dish: '面' } } }
const all = (events$: Observable<AgentEvent>): Promise<AgentEvent[]> => lastValueFrom(events$.pipe(toArray()))
/** What a log says, whatever runs and ids it says it under. */
const told = (events: AgentEvent[]): unknown[] =>
  events
    .filter(({ type }) => type !== 'STATE_SNAPSHOT' && type !== 'MESSAGES_SNAPSHOT' && !/^(RUN|STEP)_/.test(type))
    .map(event => [event.type, (event as { toolCallName?: string }).toolCallName, (event as { delta?: string }).delta, (event as { content?: string }).content])
const resultOf = (events: AgentEvent[]): unknown => (events.at(-1) as { result?: unknown }).result

async function hosted(agent: Agent) {
  const gateway = await serveGateway({ agents: { delivery: hostAgent(agent) }, port: 0 })
  onTestFinished(() => gateway.close())
  return aguiAgent({ connection: connect({ platform: nodePlatform(), url: gateway.url }), name: 'delivery' })
}

describe('one workflow', () => {
  test('says the same on the phone and at the gateway, event by event', async () => {
    const here = await all(onPhone(input, createRunContext({ ids: counted() })))
    const there = await all((await hosted(onPhone))(input, createRunContext()))
    expectOfficiallyValid(there)
    expect(told(there)).toEqual(told(here))
    expect([resultOf(there), resultOf(here)]).toEqual([{ text: '送到杭州' }, { text: '送到杭州' }])
  })
  test('runs at the gateway and asks the phone for what only a phone knows: the log tells the same', async () => {
    const here = await all(onPhone(input, createRunContext()))
    const split = await all(withTools(await hosted(inCloud), { tools: [place] })(input, createRunContext()))
    expectOfficiallyValid(split)
    expect(told(split)).toEqual(told(here))
    expect(resultOf(split)).toEqual({ text: '送到杭州' })
  })
  test('asks the person on the phone before the phone’s tool runs, and goes on at the gateway', async () => {
    const agent = withTools(await hosted(inCloud), { tools: [{ ...place, approval: 'ask' as const }] })
    const thread = createThread({ agent, platform: fakePlatform({}), id: 'delivery' })
    thread.send('{"dish":"面"}')
    await expect.poll(() => thread.state.status).toBe('waiting')
    thread.approve(thread.state.interrupts[0]!.toolCallId!)
    await expect.poll(() => thread.state.status).toBe('idle')
    const parts = thread.state.messages.at(-1)!.parts
    expect(parts).toMatchObject([{ type: 'tool-call', toolName: 'place', state: 'done', result: { city: '杭州' } }])
    expect(thread.state.error).toBeUndefined()
  })
})

function counted(): (kind: string) => string {
  let count = 0
  return kind => `${kind}-${++count}`
}
