import { Observable, Subject, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { contextOf, ended, endOf, loggingLedger, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { createCancel } from '../context/cancel.js'
import type { AnyTool, ModelEvent, ToolContext } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const flush = () => new Promise<void>(resolve => void setImmediate(resolve))
const workOf = (execute: (args: any, context: ToolContext) => unknown, name = 'work'): AnyTool => defineTool({ name, description: '', execute })
const callWork = toolAnswer(['c', 'work', {}])
const text = (delta: string): ModelEvent => ({ type: 'text-delta', delta })

describe('cancelling', () => {
  it('ends a run inside the call, closes what is open, and leaves the model', () => {
    const cancel = createCancel()
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer) }), question(), contextOf({ cancel: cancel.signal }))
    answer.next({ type: 'reasoning-delta', delta: '想' })
    answer.next(text('半'))
    answer.next({ type: 'tool-call-start', toolCallId: 'c', toolCallName: 'work' })
    cancel.cancel()
    expect(typesOf(recording.events).slice(-5)).toEqual(['TOOL_CALL_END', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'TOOL_CALL_RESULT', 'RUN_FINISHED'])
    expect(endOf(ended(recording)).outcome).toEqual({ type: 'cancelled' })
    expect(answer.observed).toBe(false)
  })
  it('drops what comes late', async () => {
    const cancel = createCancel()
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer) }), question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    const { length } = ended(recording)
    answer.next(text('late'))
    cancel.cancel()
    await flush()
    expect(recording.events).toHaveLength(length)
  })
  it('before the start asks nobody anything', () => {
    const cancel = createCancel()
    cancel.cancel()
    const model = mockModel(textAnswer('x'))
    let wraps = 0
    const agent = createAgent({ model, middleware: [(input, context, next) => (wraps++, next(input, context))] })
    const events = run(agent, question({ parentRunId: 'run-0' }), contextOf({ cancel: cancel.signal }))
    expect(typesOf(events)).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    expect(events[0]).toMatchObject({ runId: 'run-1', parentRunId: 'run-0' })
    expect([model.requests.length, wraps]).toEqual([0, 0])
  })
  it('after the end changes nothing, and nobody listens any more', () => {
    let listeners = 0
    const cancel = createCancel()
    const counted = { get isCancelled() { return cancel.signal.isCancelled }, onCancel: (listener: () => void) => { listeners++; const stop = cancel.signal.onCancel(listener); return () => { listeners--; stop() } } }
    const recording = record(createAgent({ model: mockModel(callWork, textAnswer('好')), tools: [workOf(() => 1)] }), question(), contextOf({ cancel: counted }))
    const { length } = ended(recording)
    cancel.cancel()
    expect(recording.events).toHaveLength(length)
    expect(listeners).toBe(0)
  })
  it.each<AgentEvent['type']>(['RUN_STARTED', 'STEP_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT', 'STEP_FINISHED'])(
    'inside the very event ends the run there: %s',
    type => {
      const cancel = createCancel()
      const events: AgentEvent[] = []
      const model = mockModel([text('a'), ...callWork], textAnswer('好'))
      createAgent({ model, tools: [workOf(() => 1)] })(question(), contextOf({ cancel: cancel.signal })).subscribe(event => {
        events.push(event)
        if (event.type === type) cancel.cancel()
      })
      ended({ events, error: undefined, isComplete: true, leave() {} })
      expect(endOf(events).outcome).toEqual({ type: 'cancelled' })
      expect(model.requests.length).toBeLessThanOrEqual(1)
    },
  )
})

describe('cancelling while tools run', () => {
  it('tells the tool, and says that nobody knows what it did', () => {
    const cancel = createCancel()
    let told = 0
    const ledger = loggingLedger()
    const hang = workOf((_args, context) => { context.cancel.onCancel(() => void told++); return new Promise(() => {}) })
    const recording = record(createAgent({ model: mockModel(callWork), tools: [hang] }), question(), contextOf({ cancel: cancel.signal, ledger }))
    cancel.cancel()
    expect(told).toBe(1)
    expect(resultsOf(ended(recording))).toEqual([['c', expect.stringContaining('unknown'), 'agent/tool-outcome-unknown']])
  })
  it('writes down what the tool answers all the same, and says nothing', async () => {
    const cancel = createCancel()
    const ledger = loggingLedger()
    let answer: (value: string) => void = () => {}
    const recording = record(createAgent({ model: mockModel(callWork), tools: [workOf(() => new Promise(resolve => (answer = resolve)))] }), question(), contextOf({ cancel: cancel.signal, ledger }))
    cancel.cancel()
    const { length } = ended(recording)
    answer('paid')
    await flush()
    expect(recording.events).toHaveLength(length)
    expect(ledger.get('c')).toMatchObject({ state: 'done', result: 'paid' })
  })
  it('survives a tool that fails while it is told', () => {
    const cancel = createCancel()
    const traces: string[] = []
    const bad = workOf((_args, context) => { context.cancel.onCancel(() => { throw new Error('in the way') }); return new Promise(() => {}) })
    const recording = record(createAgent({ model: mockModel(callWork), tools: [bad] }), question(), contextOf({ cancel: cancel.signal, trace: name => void traces.push(name) }))
    expect(() => cancel.cancel()).not.toThrow()
    ended(recording)
    expect(traces).toContain('tool-cancel-failed')
  })
  it('survives a tool that cancels its own run', () => {
    const cancel = createCancel()
    const recording = record(createAgent({ model: mockModel(callWork), tools: [workOf(() => (cancel.cancel(), 'done'))] }), question(), contextOf({ cancel: cancel.signal }))
    expect(endOf(ended(recording)).outcome).toEqual({ type: 'cancelled' })
  })
  it('begins no call after it, also not one beside', () => {
    const cancel = createCancel()
    const done: string[] = []
    const tools = [workOf(() => (done.push('first'), cancel.cancel()), 'first'), workOf(() => void done.push('second'), 'second')]
    const recording = record(createAgent({ model: mockModel(toolAnswer(['a', 'first', {}], ['b', 'second', {}])), tools }), question(), contextOf({ cancel: cancel.signal }))
    expect(resultsOf(ended(recording)).map(([id, , code]) => [id, code])).toEqual([['a', 'agent/tool-outcome-unknown'], ['b', 'agent/tool-arguments-cut']])
    expect(done).toEqual(['first'])
  })
  it('begins no call whose ledger entry was still being written', async () => {
    const cancel = createCancel()
    const ledger = loggingLedger()
    let effects = 0
    const slow = { get: ledger.get, put: async (entry: Parameters<typeof ledger.put>[0]) => { await flush(); await ledger.put(entry) } }
    const recording = record(createAgent({ model: mockModel(callWork), tools: [workOf(() => ++effects)] }), question(), contextOf({ cancel: cancel.signal, ledger: slow }))
    cancel.cancel()
    for (let i = 0; i < 4; i++) await flush()
    ended(recording)
    expect(effects).toBe(0)
    expect(ledger.log).toEqual(['c executing'])
  })
  it('does not cancel a tool that has answered', () => {
    const cancel = createCancel()
    let signal: ToolContext['cancel'] | undefined
    const answer = new Subject<ModelEvent>()
    record(createAgent({ model: mockModel(callWork, answer), tools: [workOf((_args, context) => void (signal = context.cancel))] }), question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    expect(signal!.isCancelled).toBe(false)
  })
})

describe('leaving', () => {
  it('releases the model, and says nothing more', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer) }))
    expect(answer.observed).toBe(true)
    recording.leave()
    expect(answer.observed).toBe(false)
    expect(typesOf(recording.events)).toEqual(['RUN_STARTED', 'STEP_STARTED'])
  })
  it('releases timers and listeners, and tells tools', () => {
    const clock = createTestClock()
    const cancel = createCancel()
    let told = 0
    const hang = workOf((_args, context) => { context.cancel.onCancel(() => void told++); return new Promise(() => {}) })
    const recording = record(createAgent({ model: mockModel(toolAnswer(['a', 'work', { n: 1 }], ['b', 'work', { n: 2 }])), tools: [hang] }), question(), contextOf({ clock, cancel: cancel.signal }))
    expect(clock.pending).toBe(2)
    recording.leave()
    expect([clock.pending, told]).toEqual([0, 2])
    cancel.cancel()
    expect(told).toBe(2)
  })
  it('inside an event stops a model that speaks without a pause', () => {
    let said = 0
    const endless = new Observable<ModelEvent>(subscriber => {
      while (!subscriber.closed && said < 1_000) {
        said++
        subscriber.next(text('x'))
      }
    })
    createAgent({ model: mockModel(endless) })(question(), contextOf()).pipe(take(6)).subscribe()
    expect(said).toBe(3)
  })
})
