import { NEVER, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { endOf, ended, contextOf, question, record, resultsOf, run, typesOf } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import type { FinishReason, ModelEndpoint, ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { Message } from '../protocol/messages.js'
import { errorAnswer, finish, mockModel, textAnswer } from '../testkit/mock-model.js'

const text = (delta: string): ModelEvent => ({ type: 'text-delta', delta })
const thought = (delta: string): ModelEvent => ({ type: 'reasoning-delta', delta })

describe('a run', () => {
  it('tells an answer piece by piece, between its start and its end', () => {
    const events = run(createAgent({ model: mockModel(textAnswer('你', '好')) }))
    expect(typesOf(events)).toEqual([
      'RUN_STARTED', 'STEP_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED',
    ])
    expect(endOf(events)).toMatchObject({ threadId: 'thread', runId: 'run-1', outcome: { type: 'success' }, metadata: { sampan: { finishReason: 'stop' } } })
  })
  it('passes a delta on inside the call that brings it', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer) }))
    answer.next(text('你'))
    expect(typesOf(recording.events).slice(-2)).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT'])
    finish().forEach(event => answer.next(event))
    ended(recording)
  })
  it('leaves a model that has finished, although it goes on', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer) }))
    textAnswer('好').forEach(event => answer.next(event))
    expect(answer.observed).toBe(false)
    ended(recording)
  })
  it('says nothing of what a model sends after its end', () => {
    const events = run(createAgent({ model: mockModel([...textAnswer('好'), text('late'), ...finish(), { type: 'error', error: new SampanError('transport/failed', 'late') }]) }))
    expect(JSON.stringify(events)).not.toContain('late')
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it('does nothing before it is subscribed to, and everything anew for each subscriber', () => {
    const model = mockModel(textAnswer('x'))
    const run$ = createAgent({ model, tools: [] })(question(), contextOf())
    expect(model.requests).toHaveLength(0)
    const logs = [1, 2].map(() => {
      const types: string[] = []
      run$.subscribe(event => types.push(event.type))
      return types
    })
    expect(model.requests).toHaveLength(2)
    expect(logs[0]).toEqual(logs[1])
  })
  it('passes over events of a model that it does not know', () => {
    const events = run(createAgent({ model: mockModel([{ type: 'audio-delta', delta: 'x' } as never, ...textAnswer('好')]) }))
    expect(endOf(events).outcome).toEqual({ type: 'success' })
  })
  it('refuses to attach, since it keeps no checkpoints, instead of starting anew', () => {
    const model = mockModel(textAnswer('x'))
    expect(endOf(run(createAgent({ model }), question({ attach: { runId: 'run-0' } })))).toMatchObject({ type: 'RUN_ERROR', code: 'agent/invalid' })
    expect(model.requests).toHaveLength(0)
  })
})

describe('reasoning', () => {
  it('stands in a span of its own that the answer closes', () => {
    const events = run(createAgent({ model: mockModel([thought('想'), text('答'), ...finish()]) }))
    expect(typesOf(events).slice(2, -3)).toEqual([
      'REASONING_START', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT',
    ])
  })
  it('may come and go between texts', () => {
    run(createAgent({ model: mockModel([thought('a'), text('b'), thought('c'), text('d'), thought('e'), ...finish()]) }))
  })
})

describe('an answer that is no answer', () => {
  const error = new SampanError('transport/timeout', 'nothing came')
  it.each<[string, ModelEndpoint | ModelEvent[], string]>([
    ['breaks off', errorAnswer(error, 'half'), 'transport/timeout'],
    ['just stops', [text('half')], 'transport/truncated'],
    ['never says a word', [], 'transport/truncated'],
    ['fails as a stream', Object.assign(() => throwError(() => error), { info: { provider: 'x', model: 'x' } }), 'transport/timeout'],
    ['throws', Object.assign((() => { throw new TypeError('a bug') }) as never, { info: { provider: 'x', model: 'x' } }), 'agent/invalid'],
  ])('ends the run with an error where the model %s', (_, answer, code) => {
    const events = run(createAgent({ model: Array.isArray(answer) ? mockModel(answer) : answer }))
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code })
  })
  it('keeps what has come, and closes it', () => {
    const events = run(createAgent({ model: mockModel([thought('想'), text('半'), thought('又'), { type: 'error', error }]) }))
    expect(typesOf(events).slice(-5)).toEqual(['REASONING_MESSAGE_END', 'REASONING_END', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_ERROR'])
  })
  it('asks a model that stops without an end once, and not until the steps are used up', () => {
    const model = mockModel([text('half')])
    run(createAgent({ model }))
    expect(model.requests).toHaveLength(1)
  })
  it.each<[FinishReason]>([['length'], ['content-filter'], ['tool-calls'], ['other']])('is an error where nothing was said and the reason is %s', reason => {
    expect(endOf(run(createAgent({ model: mockModel(finish(reason)) })))).toMatchObject({ type: 'RUN_ERROR', code: 'endpoint/provider-error', message: expect.stringContaining(reason) })
  })
  it('is an answer where the model chose to say nothing', () => {
    expect(endOf(run(createAgent({ model: mockModel(finish('stop')) }))).outcome).toEqual({ type: 'success' })
  })
  it.each<[FinishReason]>([['length'], ['content-filter'], ['tool-calls'], ['other']])('is kept with its reason where there is text: %s', reason => {
    const events = run(createAgent({ model: mockModel([text('半'), ...finish(reason)]) }))
    expect(endOf(events)).toMatchObject({ outcome: { type: 'success' }, metadata: { sampan: { finishReason: reason } } })
  })
  it('tells the reason in the word of the provider too', () => {
    const events = run(createAgent({ model: mockModel([text('半'), { type: 'finish', reason: 'length', rawReason: 'max_tokens' }]) }))
    expect(endOf(events).metadata).toEqual({ sampan: { finishReason: 'length', rawFinishReason: 'max_tokens' } })
  })
})

describe('what the model is asked', () => {
  it('is instructions, context, then the conversation without what only a screen needs', () => {
    const model = mockModel(textAnswer('x'))
    const messages: Message[] = [
      { id: 'activity', role: 'activity', activityType: 'map', content: {} },
      { id: 'user', role: 'user', content: '你好' },
    ]
    run(createAgent({ model, instructions: input => 'for ' + input.threadId }), question({ messages, context: [{ description: 'page', value: 'menu' }] }))
    expect(model.requests[0]!.messages.map(message => [message.role, 'content' in message && message.content])).toEqual([
      ['system', 'for thread'], ['system', 'page:\nmenu'], ['user', '你好'],
    ])
    expect(model.requests[0]!.tools).toBeUndefined()
  })
  it('leaves the messages of the input as they are', () => {
    const input = question()
    const before = JSON.stringify(input)
    run(createAgent({ model: mockModel(textAnswer('x')) }), input)
    expect(JSON.stringify(input)).toBe(before)
  })
  it('has a log id of its own for each call', () => {
    const model = mockModel(textAnswer('x'))
    const agent = createAgent({ model })
    const context = contextOf()
    run(agent, question(), context)
    run(agent, question(), context)
    expect(new Set(model.requests.map(request => request.logId)).size).toBe(2)
  })
  it('is an event where the instructions throw', () => {
    const events = run(createAgent({ model: mockModel(NEVER), instructions: () => { throw new Error('no text') } }))
    expect(endOf(events)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/invalid', message: 'no text' })
  })
})

describe('tool calls that an earlier run left without a result', () => {
  const messages: Message[] = [
    { id: 'u1', role: 'user', content: 'a' },
    { id: 'a1', role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 'pay', arguments: '{}' } }] },
    { id: 'u2', role: 'user', content: 'b' },
  ]
  const told = (ledger?: Parameters<typeof contextOf>[0]) => {
    const model = mockModel(textAnswer('x'))
    const events = run(createAgent({ model }), question({ messages }), contextOf(ledger))
    expect(resultsOf(events)).toEqual([])
    return model.requests[0]!.messages[2] as Extract<Message, { role: 'tool' }>
  }
  it('are told to be not executed where nobody knows them', () => {
    expect(told()).toMatchObject({ role: 'tool', toolCallId: 'c', content: 'Error: this tool was not executed.' })
  })
  it('are told with what the ledger knows: the result, or that it is not known', () => {
    const entry = { toolCallId: 'c', toolName: 'pay', fingerprint: 'x' }
    const ledger = (state: 'executing' | 'done', result?: string) => ({ ledger: { get: () => ({ ...entry, state, result }), put() {} } })
    expect(told(ledger('done', '"paid"')).content).toBe('"paid"')
    expect(told(ledger('executing')).content).toContain('unknown')
  })
})
