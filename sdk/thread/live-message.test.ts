import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createThread } from './create-thread.js'
import { deviceStore } from './device-store.js'
import type { ThreadMessage, ToolCallPart } from './messages.js'
import type { ThreadOptions } from './thread.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { Agent, ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'
import { createJsonReader } from '../protocol/partial-json.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const clock = createTestClock()
const reset: ModelEvent = { type: 'reset', error: new SampanError('transport/truncated', 'cut') }
/** A message as a person sees it: texts, and `name:state` of each call with what is inside it. */
const shown = ({ parts, status, agentName }: ThreadMessage): unknown[] => [
  status + (agentName ? ' ' + agentName : ''),
  ...parts.map(part => ('text' in part ? part.text : part.type === 'media' ? part : part.type === 'subagent' ? shown(part.child!) : part.child ? [part.toolName, part.state, shown(part.child)] : [part.toolName, part.state])),
]
const open = (agent: Agent<any>, stored?: Map<string, string>, more: Partial<ThreadOptions> = {}) => createThread({ agent, id: 't', clock, platform: stored && fakePlatform({ storage: memoryStorage(stored) }), store: deviceStore(), ...more })
const last = (thread: ReturnType<typeof open>) => thread.state.messages.at(-1)!
/** An agent whose run says, besides what it must, what the test pushes. */
function scripted() {
  const says = new Subject<AgentEvent>()
  const agent: Agent = Object.assign(() => says, { info: { name: 'scripted' } })
  const say = (...events: AgentEvent[]) => events.forEach(event => says.next(event))
  return { agent, say, says }
}

describe('arguments of a call', () => {
  const pieces = ['{"dri', 'nk":"拿', '铁","cup', 's":2}']
  function argsAfterEach(more: Partial<ThreadOptions>): unknown[] {
    const answer = new Subject<ModelEvent>()
    const thread = open(createAgent({ model: mockModel(answer) }), undefined, more)
    const call = () => last(thread).parts[0] as ToolCallPart
    thread.send('hi')
    answer.next({ type: 'tool-call-start', toolCallId: 'c', toolCallName: 'find' })
    const seen = pieces.map(delta => {
      answer.next({ type: 'tool-call-delta', toolCallId: 'c', delta })
      return JSON.stringify(call().args)
    })
    expect(call().argsText).toBe(pieces.join(''))
    answer.next({ type: 'finish', reason: 'tool-calls' })
    answer.complete()
    return [...seen, call().args]
  }
  it('are there when they are complete', () => {
    expect(argsAfterEach({})).toEqual(['{}', '{}', '{}', '{}', { drink: '拿铁', cups: 2 }])
  })
  it('grow while they come, where the app hands in a reader', () => {
    expect(argsAfterEach({ growingArgs: createJsonReader })).toEqual(['{}', '{"drink":"拿"}', '{"drink":"拿铁"}', '{"drink":"拿铁","cups":2}', { drink: '拿铁', cups: 2 }])
  })
})

describe('an answer that begins anew', () => {
  it('shows what came after the reset, and nothing of what came before', () => {
    const answer = new Subject<ModelEvent>()
    const thread = open(createAgent({ model: mockModel(answer), tools: [] }))
    thread.send('hi')
    answer.next({ type: 'reasoning-delta', delta: '想' })
    answer.next({ type: 'text-delta', delta: '错' })
    answer.next({ type: 'tool-call-start', toolCallId: 'c', toolCallName: 'find' })
    expect(last(thread).parts).toHaveLength(3)
    answer.next(reset)
    expect(thread.state.messages).toHaveLength(1)
    answer.next({ type: 'text-delta', delta: '对' })
    expect(shown(last(thread))).toEqual(['streaming', '对'])
  })
  it('keeps what earlier steps said', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 1 })
    const model = mockModel([{ type: 'text-delta', delta: '查' }, ...toolAnswer(['c', 'find', {}])], [{ type: 'text-delta', delta: '错' }, reset, ...textAnswer('对')])
    const thread = open(createAgent({ model, tools: [find] }))
    thread.send('hi')
    expect(shown(last(thread))).toEqual(['complete', '查', ['find', 'done'], '对'])
    thread.send('more')
    expect(JSON.stringify(model.requests.at(-1)!.messages)).not.toContain('错')
  })
})

describe('a text that is taken back', () => {
  const started: AgentEvent = { type: 'RUN_STARTED', threadId: 't', runId: 'r' }
  const said = (messageId: string, delta: string): AgentEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
  it('is replaced, with the reason, whatever stood between its pieces', () => {
    const { agent, say } = scripted()
    const thread = open(agent)
    thread.send('hi')
    say(started, said('other', '旧'), said('m', '坏'), { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'find' }, said('m', '更坏'))
    say(customEvent('sampan:text-retracted', { messageId: 'm', text: '(收回)', reason: 'policy' }), said('m', '后'))
    expect(shown(last(thread))).toEqual(['streaming', '旧', '(收回)', ['find', 'streaming'], '', '后'])
    expect(last(thread).parts.map(part => (part.type === 'text' ? part.retracted : ''))).toEqual([undefined, 'policy', '', 'policy', undefined])
  })
  it('stays so in storage', () => {
    const stored = new Map<string, string>()
    const { agent, say, says } = scripted()
    const thread = open(agent, stored)
    thread.send('hi')
    say(started, said('m', '坏'), customEvent('sampan:text-retracted', { messageId: 'm', text: '(收回)', reason: 'policy' }))
    say({ type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome: { type: 'success' } })
    says.complete()
    expect(last(open(agent, stored)).parts).toMatchObject([{ text: '(收回)', retracted: 'policy' }])
    expect([...stored.values()].join()).not.toContain('坏')
  })
})

describe('a running tool', () => {
  it('shows how far it has come', () => {
    let progress: ((value: unknown) => void) | undefined
    const slow = defineTool({ name: 'slow', description: '', replay: 'idempotent', execute: (_, context) => ((progress = value => context.progress(value)), { then() {} }) as never })
    const thread = open(createAgent({ model: mockModel(toolAnswer(['c', 'slow', {}])), tools: [slow] }))
    thread.send('hi')
    progress!({ done: 3, of: 7 })
    expect(last(thread).parts[0]).toMatchObject({ state: 'executing', progress: { done: 3, of: 7 } })
  })
})

describe('an agent inside an agent', () => {
  const order = defineTool({ name: 'order', description: '', approval: 'ask', execute: () => 'ordered' })
  function family(inner: Parameters<typeof mockModel>, outer: Parameters<typeof mockModel>) {
    const booker = createAgent({ name: 'booker', model: mockModel(...inner), tools: [order] })
    return createAgent({ model: mockModel(...outer), tools: [agentTool({ agent: booker })] })
  }
  const asks = toolAnswer(['c', 'booker', { request: '订' }])

  it('says what it says inside the call, not in the answer', () => {
    const texts: string[] = []
    const thread = open(family([textAnswer('内')], [asks, textAnswer('外')]))
    thread.on('text', delta => texts.push(delta))
    thread.send('hi')
    expect(shown(last(thread))).toEqual(['complete', ['booker', 'done', ['complete booker', '内']], '外'])
    expect(texts).toEqual(['外'])
  })
  it('asks a person from in there, and goes on in the same place', () => {
    const stored = new Map<string, string>()
    const agent = () => family([toolAnswer(['c', 'order', {}]), textAnswer('好')], [asks, textAnswer('外')])
    const thread = open(agent(), stored)
    thread.send('hi')
    const [interrupt] = thread.state.interrupts
    expect(shown(last(thread))).toEqual(['waiting', ['booker', 'executing', ['waiting booker', ['order', 'asking']]]])
    thread.approve(interrupt!.toolCallId!)
    expect(shown(last(thread))).toEqual(['complete', ['booker', 'done', ['complete booker', ['order', 'done'], '好']], '外'])
    const again = open(agent(), stored)
    expect(shown(last(again))).toEqual(shown(last(thread)))
  })
  it('is the same object as long as it says nothing new, and the call around it too', () => {
    const answer = new Subject<ModelEvent>()
    const thread = open(family([textAnswer('内')], [asks, answer]))
    thread.send('hi')
    answer.next({ type: 'text-delta', delta: '外' })
    const before = last(thread).parts[0] as ToolCallPart
    answer.next({ type: 'text-delta', delta: '外' })
    expect(last(thread).parts[0]).toBe(before)
    expect(before.child).toBeDefined()
  })
  it('drops of its own answer only what it says anew', () => {
    const thread = open(family([[{ type: 'text-delta', delta: '错' }, reset, ...textAnswer('对')]], [[{ type: 'text-delta', delta: '外' }, ...asks], textAnswer('完')]))
    thread.send('hi')
    expect(shown(last(thread))).toEqual(['complete', '外', ['booker', 'done', ['complete booker', '对']], '完'])
  })
  it('stands by itself where no call began it, and inside another where that one did', () => {
    const { agent, say } = scripted()
    const thread = open(agent)
    thread.send('hi')
    say({ type: 'RUN_STARTED', threadId: 't', runId: 'r' }, { type: 'SUBAGENT_STARTED', subagentRunId: 'a', name: 'A' })
    say({ type: 'SUBAGENT_STARTED', subagentRunId: 'b', name: 'B', parentSubagentRunId: 'a' })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '里', subagentRunId: 'b' }, { type: 'SUBAGENT_ERROR', subagentRunId: 'b', message: 'x' })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'n', delta: '中', subagentRunId: 'a' })
    expect(shown(last(thread))).toEqual(['streaming', ['streaming A', ['failed B', '里'], '中']])
  })
})

describe('an agent that hands over', () => {
  it('is named on the message', () => {
    const { agent, say } = scripted()
    const thread = open(agent)
    thread.send('hi')
    say({ type: 'RUN_STARTED', threadId: 't', runId: 'r' }, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '好' })
    expect(last(thread).agentName).toBeUndefined()
    say(customEvent('sampan:agent-changed', { name: 'billing' }))
    expect(last(thread).agentName).toBe('billing')
  })
})

it('takes no name of a foreign event for a handler of its own', () => {
  const { agent, say } = scripted()
  const thread = open(agent)
  thread.send('hi')
  for (const name of ['__proto__', 'constructor', 'toString', 'TEXT_MESSAGE_CONTENT', 'sampan:unknown']) say({ type: 'CUSTOM', name, value: {} })
  expect(thread.state.messages).toHaveLength(1)
})

describe('an answer that fails after its tools', () => {
  it('is not asked for again by itself, and a new message asks once', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 1 })
    const model = mockModel(toolAnswer(['c', 'find', {}]), [{ type: 'error', error: new SampanError('endpoint/provider-error', 'gone') }], textAnswer('好'))
    const thread = open(createAgent({ model, tools: [find] }))
    thread.send('hi')
    thread.send('queued?')
    expect(model.requests).toHaveLength(3)
    expect(thread.state.messages.map(({ status }) => status)).toEqual(['complete', 'failed', 'complete', 'complete'])
  })
  it('leaves what waits in the queue for the person to look at', () => {
    const find = defineTool({ name: 'find', description: '', execute: () => 1 })
    const second = new Subject<ModelEvent>()
    const model = mockModel(toolAnswer(['c', 'find', {}]), second)
    const thread = open(createAgent({ model, tools: [find] }))
    thread.send('hi')
    thread.send('later')
    second.next({ type: 'error', error: new SampanError('endpoint/provider-error', 'gone') })
    clock.advance(600_000)
    expect(model.requests).toHaveLength(2)
    expect(thread.state).toMatchObject({ status: 'idle', queued: ['later'], error: { code: 'endpoint/provider-error' } })
  })
})
