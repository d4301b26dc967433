import { Observable, type Subscriber } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import type { MessagePart, ToolCallPart } from './messages.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { createTeam } from '../agent/create-team.js'
import { defineTool } from '../agent/define-tool.js'
import type { Agent, ModelEndpoint, ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { finish, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

// A phone that kills the app while one agent works for another. Both models number their calls from 0.

const ask = (...requests: string[]) => toolAnswer(...requests.map((request, index): [string, string, unknown] => ['call_' + index, 'barista', { request }]))
const answers: Record<string, readonly ModelEvent[][]> = {
  one: [[{ type: 'text-delta', delta: '我问一下' }, ...ask('拿铁')], textAnswer('好了')],
  two: [[{ type: 'text-delta', delta: '我问一下' }, ...ask('拿铁', '美式')], textAnswer('好了')],
  barista: [
    toolAnswer(['call_0', 'find', { keyword: '拿铁' }]),
    [{ type: 'text-delta', delta: '有两款' }, ...toolAnswer(['call_0', 'order', { drink: '拿铁' }])],
    toolAnswer(['call_0', 'note', { text: '七号' }]),
    [{ type: 'text-delta', delta: '七号' }, ...finish()],
  ],
  triage: [[{ type: 'text-delta', delta: '转接' }, ...toolAnswer(['call_0', 'transfer_to_billing', { reason: '付款' }])]],
  billing: [[], toolAnswer(['call_0', 'order', { drink: '拿铁' }]), textAnswer('付', '好了'), textAnswer('还是我')],
}
const total = [answers.one, answers.barista].flat(2).length

/** The gateway: logs that are begun once, and read from their start as often as asked for; events come one by one. */
function createServer(manager: 'one' | 'two' = 'one') {
  const logs = new Map<string, readonly ModelEvent[]>()
  const calls: string[] = []
  const effects: string[] = []
  const readers: { subscriber: Subscriber<ModelEvent>; events: ModelEvent[] }[] = []
  const model = (name: string): ModelEndpoint =>
    Object.assign(
      ({ logId = '', joins, messages }: Parameters<ModelEndpoint>[0]) =>
        new Observable<ModelEvent>(subscriber => {
          if (joins && !logs.has(logId)) return subscriber.next({ type: 'error', error: new SampanError('transport/truncated', 'no such log') })
          if (!logs.has(logId)) {
            calls.push(name)
            logs.set(logId, answers[name]![messages.filter(({ role }) => role === 'assistant').length]!)
          }
          readers.push({ subscriber, events: logs.get(logId)!.slice() })
        }),
      { info: { provider: 'p', model: name, capabilities: { resumable: true } } },
    )
  /** One more event for whoever has waited longest since its last one. */
  const tick = (): boolean => {
    let reader = readers.shift()
    while (reader && (reader.subscriber.closed || !reader.events.length)) reader = readers.shift()
    if (!reader) return false
    readers.push(reader)
    reader.subscriber.next(reader.events.shift()!)
    return true
  }
  /** Nobody reads any more. */
  const forgetReaders = (): void => void readers.splice(0)
  return { manager, model, calls, effects, tick, forgetReaders }
}
type Server = ReturnType<typeof createServer>

function openApp({ manager, model, effects }: Server, stored: Map<string, string>, isTeam = false) {
  const tool = (name: string, field: string, approval?: 'ask') =>
    defineTool({ name, description: name, input: z.object({ [field]: z.string() }), replay: 'never', approval, execute: args => (effects.push(name), args) })
  const barista = createAgent({ name: 'barista', model: model('barista'), tools: [tool('find', 'keyword'), tool('order', 'drink', 'ask'), tool('note', 'text')] })
  const member = (name: string) => createAgent({ name, model: model(name), tools: [tool('order', 'drink', 'ask')] })
  const agent: Agent = isTeam ? createTeam({ agents: [member('triage'), member('billing')] }) : createAgent({ model: model(manager), tools: [agentTool({ agent: barista })] })
  return createThread({ agent, platform: fakePlatform({ storage: memoryStorage(stored) }), store: deviceStore(), id: 't', clock: createTestClock() })
}
type App = ReturnType<typeof openApp>

function play(server: Server, app: App, events = Infinity): boolean {
  for (let count = 0; count < events; count++) {
    if (app.state.status === 'waiting') app.state.interrupts.map(({ toolCallId }) => toolCallId!).forEach(toolCallId => app.approve(toolCallId))
    if (!server.tick()) return true
  }
  return false
}
const said = (parts: readonly MessagePart[]) => parts.map(part => (part.type === 'text' ? part.text : part.type === 'tool-call' ? [part.toolName, part.state, part.resultText] : part.type))
const shown = ({ state }: App) => state.messages.map(({ role, status, parts }) => [role, status, said(parts)])

describe('an agent that works for another', () => {
  it('has its question asked and answered like any other, and speaks inside the call', () => {
    const server = createServer()
    const app = openApp(server, new Map())
    app.send('来一杯')
    play(server, app)
    expect(shown(app).at(-1)).toEqual(['assistant', 'complete', ['我问一下', ['barista', 'done', '七号'], '好了']])
    expect([server.effects, server.calls]).toEqual([['find', 'order', 'note'], ['one', 'barista', 'barista', 'barista', 'barista', 'one']])
    const call = app.state.messages.at(-1)!.parts[1] as ToolCallPart
    expect(said(call.child!.parts)).toEqual([['find', 'done', expect.any(String)], '有两款', ['order', 'done', expect.any(String)], ['note', 'done', expect.any(String)], '七号'])
  })

  it.each(Array.from({ length: total }, (_, index) => index))('is killed with the app after %i events, and has the same answer in the end, each effect once, and each answer paid for once', killAt => {
    const server = createServer()
    const stored = new Map<string, string>()
    const before = openApp(server, stored)
    before.send('来一杯')
    play(server, before, killAt)
    server.forgetReaders()
    const after = openApp(server, new Map(stored))
    play(server, after)
    expect(shown(after).at(-1)).toEqual(['assistant', 'complete', ['我问一下', ['barista', 'done', '七号'], '好了']])
    expect([server.effects, server.calls]).toEqual([['find', 'order', 'note'], ['one', 'barista', 'barista', 'barista', 'barista', 'one']])
    expect(after.state.status).toBe('idle')
  })

  it.each(Array.from({ length: 36 }, (_, index) => index))('beside another of its kind is killed with the app after %i events, and both have done all once', killAt => {
    const server = createServer('two')
    const stored = new Map<string, string>()
    const before = openApp(server, stored)
    before.send('来两杯')
    play(server, before, killAt)
    server.forgetReaders()
    const after = openApp(server, new Map(stored))
    play(server, after)
    expect(shown(after).at(-1)).toEqual(['assistant', 'complete', ['我问一下', ['barista', 'done', '七号'], ['barista', 'done', '七号'], '好了']])
    expect(server.effects.slice().sort()).toEqual(['find', 'find', 'note', 'note', 'order', 'order'])
    expect(server.calls.filter(name => name === 'barista')).toHaveLength(8)
  })

  it('whose question is left unanswered leaves nothing behind in the state of the conversation', () => {
    const server = createServer()
    const stored = new Map<string, string>()
    const app = openApp(server, stored)
    app.send('来一杯')
    for (let count = 0; app.state.status !== 'waiting' && count < total; count++) server.tick()
    const keptRuns = () => Array.from(stored.values()).join('').match(/"runs":/g)?.length ?? 0
    expect(keptRuns()).toBe(1)
    app.send('不要了')
    server.tick()
    expect(keptRuns()).toBe(0)
    expect(shown(app)[1]).toEqual(['assistant', 'complete', ['我问一下', ['barista', 'denied', expect.stringContaining('without answering')]]])
  })
})

describe('a team', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index))('is killed with the app after %i events, and who took over answers in the end, and next time', killAt => {
    const server = createServer()
    const stored = new Map<string, string>()
    const before = openApp(server, stored, true)
    before.send('付款')
    play(server, before, killAt)
    server.forgetReaders()
    const after = openApp(server, new Map(stored), true)
    play(server, after)
    expect(shown(after).at(-1)).toEqual(['assistant', 'complete', ['转接', ['transfer_to_billing', 'done', expect.any(String)], ['order', 'done', expect.any(String)], '付好了']])
    expect([server.effects, server.calls]).toEqual([['order'], ['triage', 'billing', 'billing']])
    after.send('你是谁')
    play(server, after)
    expect(shown(after).at(-1)).toEqual(['assistant', 'complete', ['还是我']])
  })
})
