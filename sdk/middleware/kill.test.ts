import { Observable, type Subscriber } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { breaker } from './breaker.js'
import { budget, countStore } from './budget/index.js'
import { cache } from './cache/index.js'
import { fence } from './fence.js'
import { guardrail } from './guardrail/index.js'
import { label } from './label.js'
import { partialOutput } from './partial-output.js'
import { retry } from './retry.js'
import { trace } from './trace/index.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEndpoint, ModelEvent, RunMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import { compaction } from '../memory/compaction/index.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { errorAnswer, finish, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'
import { createThread } from '../thread/create-thread.js'
import { deviceStore } from '../thread/device-store.js'

// A phone that kills the app, with everything around its agent: what was stored is all that is left. The server keeps
// each answer in a log, also the one that broke off.

const script: ModelEvent[][] = [
  [{ type: 'text-delta', delta: '我查' }, ...toolAnswer(['c1', 'find', {}], ['c2', 'find', {}])],
  errorAnswer(new SampanError('transport/truncated', 'cut', { retryable: true }), '有', '两'),
  [{ type: 'text-delta', delta: '有三款。' }, { type: 'text-delta', delta: '坏的' }, ...toolAnswer(['c3', 'order', {}])],
  [{ type: 'text-delta', delta: '好' }, { type: 'text-delta', delta: '了' }, ...finish()],
]
const total = script.flat().length

function createServer() {
  const logs = new Map<string, ModelEvent[]>()
  const effects: string[] = []
  let reader: { subscriber: Subscriber<ModelEvent>; events: ModelEvent[] } | undefined
  const endpoint: ModelEndpoint = Object.assign(
    ({ logId = '' }: { logId?: string }) =>
      new Observable<ModelEvent>(subscriber => {
        if (!logs.has(logId)) logs.set(logId, script[logs.size]!)
        reader = { subscriber, events: logs.get(logId)!.slice() }
      }),
    { info: { provider: 'p', model: 'm', capabilities: { resumable: true } } },
  )
  const say = (): boolean => {
    const event = reader?.events.shift()
    if (event) reader!.subscriber.next(event)
    return event !== undefined
  }
  return { endpoint, effects, logs, say }
}
type Server = ReturnType<typeof createServer>

function openApp({ endpoint, effects }: Server, stored: Map<string, string>, mode: 'blocking' | 'parallel', isTurned: boolean) {
  const clock = createTestClock()
  const store = memoryStorage(stored)
  const tool = (name: string, more: object = {}) => defineTool({ name, description: name, replay: 'never', ...more, execute: (_, { toolCallId }) => (effects.push(toolCallId), 'ok') })
  const middleware: RunMiddleware[] = [
    guardrail({ input: () => 'allow', output: text => (text.includes('坏') ? { replace: '*' } : 'allow'), mode }),
    label({ producer: '某某' }),
    trace({ sink() {} }),
    budget({ run: { tokens: 1000 }, thread: { tokens: 1000 }, day: { tokens: 1000 }, store: countStore(store) }),
    budget({ run: { steps: 20 } }),
    compaction({ maxTokens: 500 }),
    partialOutput(),
  ]
  const modelMiddleware = [cache({ store, toolCalls: true }), retry({ backoff: { baseMs: 10 } }), breaker(), fence({ tools: 'all' })]
  const agent = createAgent({ model: endpoint, tools: [tool('find'), tool('order', { approval: 'ask' })], middleware: isTurned ? middleware.reverse() : middleware, modelMiddleware })
  const thread = createThread({ agent, platform: fakePlatform({ storage: store }), store: deviceStore(), id: 't', clock })
  /** Goes on to the end, saying yes where it is asked; or for so many events of the model. */
  const play = (server: Server, events = Infinity): void => {
    for (let count = 0; count < events; count++) {
      if (thread.state.status === 'waiting') thread.approve(thread.state.interrupts[0]!.toolCallId!)
      if (server.say()) continue
      clock.advance(1000)
      if (!server.say()) return
    }
  }
  return { thread, play, counts: () => JSON.parse(stored.get('sampan/budget/day')!).counts }
}
type App = ReturnType<typeof openApp>

const shown = ({ thread: { state } }: App) =>
  state.messages.map(({ role, status, parts }) => [role, status, ...parts.map(part => (part.type === 'tool-call' ? [part.toolName, part.state] : 'text' in part ? part.text : ''))])

describe.each([['blocking', false], ['parallel', false], ['blocking', true], ['parallel', true]] as const)('an app with everything around its agent (%s, turned: %s)', (mode, isTurned) => {
  it('has the same conversation, effects, logs and counts in the end, wherever it is killed', () => {
    const whole = createServer()
    const once = openApp(whole, new Map(), mode, isTurned)
    once.thread.send('来一杯')
    once.play(whole)
    expect(shown(once)).toEqual([['user', 'complete', '来一杯'], ['assistant', 'complete', '我查', ['find', 'done'], ['find', 'done'], '有三款。*', ['order', 'done'], '好了']])
    for (let killAt = 0; killAt <= total; killAt++) {
      const server = createServer()
      const stored = new Map<string, string>()
      const before = openApp(server, stored, mode, isTurned)
      before.thread.send('来一杯')
      before.play(server, killAt)
      const after = openApp(server, new Map(stored), mode, isTurned)
      after.play(server)
      expect([killAt, shown(after)]).toEqual([killAt, shown(once)])
      expect([killAt, after.counts()]).toEqual([killAt, once.counts()])
      expect([killAt, server.effects, server.logs.size, after.thread.state.status]).toEqual([killAt, ['c1', 'c2', 'c3'], script.length, 'idle'])
    }
  })
})
