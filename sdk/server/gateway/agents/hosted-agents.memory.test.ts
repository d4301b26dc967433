import { Subject } from 'rxjs'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod/mini'
import { createAgent, defineTool, type Agent, type ModelEvent } from '../../../index.js'
import { workingMemory, type NoteOwner, type NoteStore } from '../../../memory/working-memory.js'
import { mockModel, textAnswer, toolAnswer } from '../../../testkit/index.js'
import { createFlow, defineWorkflow } from '../../../workflow/index.js'
import { framesOf } from '../__fixtures__/harness.js'
import { createGateway, hostAgent, type Gateway } from '../index.js'

type Note = { drink?: string | undefined }

function gatewayOf(agent: Agent): Gateway {
  const gateway = createGateway({ agents: { barista: hostAgent(agent, { context: () => ({ userId: 'somebody else' }) as object }) } })
  onTestFinished(() => gateway.close())
  return gateway
}

/** Signs somebody in; `ask` runs the agent under ids that everybody has, to the end. */
async function personAt(gateway: Gateway, guest: string) {
  const post = (path: string, body: object, headers: Record<string, string> = {}) => gateway.fetch(new Request('http://gateway.test/v1' + path, { method: 'POST', headers, body: JSON.stringify(body) }))
  const { token, userId } = (await (await post('/sign-in', { host: 'web', guest })).json()) as { token: string; userId: string }
  const ask = async (runId = 'r', threadId = 't') => framesOf(await post('/agents/barista/runs', { threadId, runId, messages: [{ id: 'u', role: 'user', content: 'hi' }] }, { authorization: `Bearer ${token}` }))
  return { userId, ask }
}

/** Notes by owner, and a log of what was asked for. */
function notes(per?: 'thread') {
  const kept = new Map<string, Note>()
  const loads: NoteOwner[] = []
  const keyOf = ({ userId, threadId }: NoteOwner): string => userId + (per ? '/' + threadId : '')
  const store: NoteStore<Note> = {
    ...(per && { per }),
    load: async owner => (loads.push(owner), kept.get(keyOf(owner))),
    save: async (note, owner) => void kept.set(keyOf(owner), note),
  }
  return { kept, loads, store }
}

function barista(store: NoteStore<Note>, ...answers: Parameters<typeof mockModel>) {
  const memory = workingMemory({ schema: z.object({ drink: z.optional(z.string()) }), store })
  const model = mockModel(...answers)
  const seen = (): unknown[] => model.requests.map(({ messages }) => JSON.parse((messages.find(({ id }) => id === 'context') as { content: string }).content.split('\n').pop()!))
  return { model, seen, agent: createAgent({ model, tools: [memory.tool], middleware: [memory.middleware] }) }
}
const likes = (drink: string) => toolAnswer(['c', 'update_note', { drink }])

describe('a note of a hosted agent', () => {
  test('is another for each user, though they use the same ids at the same time', async () => {
    const { kept, store } = notes()
    const open = [new Subject<ModelEvent>(), new Subject<ModelEvent>()] as const
    const { agent, model, seen } = barista(store, open[0], open[1], textAnswer('好'), textAnswer('好'), textAnswer('好'))
    const gateway = gatewayOf(agent)
    const [one, two] = await Promise.all([personAt(gateway, 'one'), personAt(gateway, 'two')])
    const runs = [one.ask()]
    await expect.poll(() => open[0].observed).toBe(true)
    runs.push(two.ask())
    await expect.poll(() => open[1].observed).toBe(true)
    likes('拿铁').forEach(event => open[0].next(event))
    await expect.poll(() => model.requests.length).toBe(3)
    likes('红茶').forEach(event => open[1].next(event))
    await Promise.all(runs)
    expect(kept).toEqual(new Map([[one.userId, { drink: '拿铁' }], [two.userId, { drink: '红茶' }]]))
    await one.ask('r2', 'another')
    expect(seen()).toEqual([{}, {}, { drink: '拿铁' }, { drink: '红茶' }, { drink: '拿铁' }])
  })
  test('is read anew by each run: another gateway may have written it, and nothing is kept of who has left', async () => {
    const { kept, loads, store } = notes()
    const { agent, seen } = barista(store, textAnswer('好'), textAnswer('好'))
    const one = await personAt(gatewayOf(agent), 'one')
    await one.ask()
    kept.set(one.userId, { drink: '茶' })
    await one.ask('r2')
    expect([seen(), loads]).toEqual([[{}, { drink: '茶' }], [{ userId: one.userId, threadId: 't' }, { userId: one.userId, threadId: 't' }]])
  })
  test('may be one for each conversation', async () => {
    const { kept, store } = notes('thread')
    const { agent, seen } = barista(store, likes('拿铁'), textAnswer('好'), textAnswer('好'), textAnswer('好'))
    const one = await personAt(gatewayOf(agent), 'one')
    await one.ask('r', 'a')
    await one.ask('r2', 'b')
    await one.ask('r3', 'a')
    expect([seen(), Array.from(kept.keys())]).toEqual([[{}, { drink: '拿铁' }, {}, { drink: '拿铁' }], [one.userId + '/a']])
  })
})

test('a tool is told who is signed in, in an agent and in a workflow, whatever else the context of the run says', async () => {
  const told: unknown[] = []
  const who = defineTool({ name: 'who', description: '', execute: (_, { userId }) => void told.push(userId) })
  const agents = [createAgent({ model: mockModel(toolAnswer(['c', 'who', {}]), textAnswer('好')), tools: [who] }), defineWorkflow({ name: 'w', flow: createFlow<any>().map({ literal: {} }).then(who) })]
  const userIds: string[] = []
  for (const agent of agents) {
    const { userId, ask } = await personAt(gatewayOf(agent), 'one')
    userIds.push(userId)
    await ask()
  }
  expect(told).toEqual(userIds)
})
