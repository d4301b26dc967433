import { Observable, type Subscriber } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEndpoint, ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { finish, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

// A phone that kills the app: what was stored is all that is left. The server goes on and keeps every answer in a log.

const answers: ModelEvent[][] = [
  [{ type: 'reasoning-delta', delta: '先查' }, { type: 'text-delta', delta: '我查' }, { type: 'text-delta', delta: '一下' }, ...toolAnswer(['c1', 'find', { keyword: '拿铁' }], ['c2', 'find', { keyword: '美式' }])],
  [{ type: 'text-delta', delta: '有两款，' }, { type: 'text-delta', delta: '记下' }, ...toolAnswer(['c3', 'note', { text: '拿铁' }])],
  [...toolAnswer(['c4', 'order', { drink: '拿铁' }])],
  [{ type: 'text-delta', delta: '好' }, { type: 'text-delta', delta: '了' }, { type: 'text-delta', delta: '：七号' }, ...finish()],
]

/** The gateway: one log an id, begun once, read from its start as often as asked for; events come one by one. */
function createServer() {
  const logs = new Map<string, readonly ModelEvent[]>()
  const readers: { subscriber: Subscriber<ModelEvent>; events: ModelEvent[] }[] = []
  const effects: string[] = []
  let calls = 0
  const endpoint: ModelEndpoint = Object.assign(
    ({ logId, joins }: { logId?: string; joins?: boolean }) =>
      new Observable<ModelEvent>(subscriber => {
        if (joins && !logs.has(logId!)) return subscriber.next({ type: 'error', error: new SampanError('transport/truncated', 'no such log') })
        if (!logs.has(logId!)) logs.set(logId!, answers[calls++]!)
        readers.push({ subscriber, events: logs.get(logId!)!.slice() })
      }),
    { info: { provider: 'p', model: 'm', capabilities: { resumable: true } } },
  )
  return {
    logs,
    effects,
    endpoint,
    get calls() {
      return calls
    },
    /** Lets the newest reader have one more event. */
    tick(): boolean {
      const reader = readers[readers.length - 1]
      const event = reader?.events.shift()
      if (event) reader!.subscriber.next(event)
      return event !== undefined
    },
  }
}
type Server = ReturnType<typeof createServer>

function openApp({ endpoint, effects }: Server, stored: Map<string, string>, clock = createTestClock()) {
  const tool = <Name extends string>(name: Name, field: string, more: object = {}) =>
    defineTool({
      name,
      description: name,
      input: z.object({ [field]: z.string() }),
      replay: 'never',
      ...more,
      execute(args, { toolCallId }) {
        effects.push(toolCallId)
        return { of: args }
      },
    })
  const agent = createAgent({ model: endpoint, tools: [tool('find', 'keyword'), tool('note', 'text'), tool('order', 'drink', { approval: 'ask' })] })
  return createThread({ agent, platform: fakePlatform({ storage: memoryStorage(stored) }), store: deviceStore(), id: 't', clock })
}
type App = ReturnType<typeof openApp>

const shown = ({ state }: App) =>
  state.messages.map(({ role, status, parts }) => [role, status, ...parts.map(part => (part.type === 'tool-call' ? [part.toolName, part.state, part.argsText, part.resultText] : 'text' in part ? part.text : ''))])

/** Goes on to the end, saying yes where it is asked; `false` after so many events of the model. */
function play(server: Server, app: App, events = Infinity): boolean {
  for (let count = 0; count < events; count++) {
    if (app.state.status === 'waiting') app.approve(app.state.interrupts[0]!.toolCallId!)
    if (!server.tick()) return true
  }
  return false
}

function playWhole() {
  const server = createServer()
  const app = openApp(server, new Map())
  let events = 0
  app.on('event', () => void events++)
  app.send('来一杯')
  play(server, app)
  return { server, events, expected: shown(app) }
}
const total = answers.flat().length

describe('an app that is killed', () => {
  it('is a run of forty events and more, with three tools and one approval', () => {
    const { server, events, expected } = playWhole()
    expect(events).toBeGreaterThanOrEqual(40)
    expect(expected.at(-1)!.slice(0, 2)).toEqual(['assistant', 'complete'])
    expect([server.effects, server.calls]).toEqual([['c1', 'c2', 'c3', 'c4'], 4])
  })

  it.each(Array.from({ length: total }, (_, index) => index))('after %i events of the model has the same conversation in the end, each effect once, and each answer paid for once', killAt => {
    const { expected } = playWhole()
    const server = createServer()
    const stored = new Map<string, string>()
    const before = openApp(server, stored)
    before.send('来一杯')
    play(server, before, killAt)
    const after = openApp(server, new Map(stored))
    play(server, after)
    expect(shown(after)).toEqual(expected)
    expect([server.effects, server.calls]).toEqual([['c1', 'c2', 'c3', 'c4'], 4])
    expect(after.state.status).toBe('idle')
  })

  it('after being hidden in the middle of an answer has none of it twice', () => {
    const { expected } = playWhole()
    for (let killAt = 1; killAt < total; killAt++) {
      const server = createServer()
      const platform = fakePlatform()
      const thread = createThread({ agent: createAgent({ model: server.endpoint }), platform, id: 't', store: deviceStore(), clock: createTestClock() })
      thread.send('来一杯')
      play(server, thread as never, Math.min(killAt, 3))
      platform.signal('hide')
      const after = openApp(server, new Map(platform.stored))
      play(server, after)
      expect(shown(after)).toEqual(expected)
    }
  })

  it('keeps what had been said where the log is gone', () => {
    const server = createServer()
    const platform = fakePlatform()
    const thread = createThread({ agent: createAgent({ model: server.endpoint }), platform, id: 't', store: deviceStore(), clock: createTestClock() })
    thread.send('来一杯')
    play(server, thread as never, 3)
    platform.signal('hide')
    server.logs.clear()
    const after = openApp(server, new Map(platform.stored))
    expect(after.state.messages.at(-1)).toMatchObject({ status: 'failed', parts: [{ text: '先查' }, { text: '我查一下' }], error: { code: 'transport/truncated', retryable: true } })
    expect(server.calls).toBe(1)
  })

  it('an hour later, or of an agent whose answers are not kept, leaves the run where it was', () => {
    const server = createServer()
    const clock = createTestClock()
    const stored = new Map<string, string>()
    openApp(server, stored, clock).send('来一杯')
    clock.advance(3_600_000)
    expect(openApp(server, new Map(stored), clock).state.status).toBe('idle')
    const forgetful = { ...server, endpoint: Object.assign((...args: Parameters<ModelEndpoint>) => server.endpoint(...args), { info: { provider: 'p', model: 'm' } }) }
    expect(openApp(forgetful, new Map(stored)).state.status).toBe('idle')
    expect(server.calls).toBe(1)
  })
})
