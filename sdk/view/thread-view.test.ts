import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { threadBehavior } from './behavior.js'
import { threadView } from './thread-view.js'
import { viewData, type ViewData } from './view-data.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEvent } from '../contracts.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'
import { createJsonReader } from '../protocol/partial-json.js'
import { createThread } from '../thread/create-thread.js'
import { mockModel, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

/** What `setData` does with paths like `messages[1].blocks[0].segments[3]`. */
function setData(data: any, patch: Record<string, unknown>): void {
  for (const [path, value] of Object.entries(JSON.parse(JSON.stringify(patch)))) {
    const steps = path.match(/\w+/g)!
    const last = steps.pop()!
    steps.reduce((at, step) => at[step], data)[last] = value
  }
}

function open(...answers: MockAnswer[]) {
  const clock = createTestClock()
  const order = defineTool({ name: 'order', description: '', input: { type: 'object', properties: { note: { type: 'string' } } }, approval: 'ask', execute: () => ({ number: 7 }) })
  const thread = createThread({ agent: createAgent({ model: mockModel(...answers), tools: [order] }), id: 't', clock, growingArgs: createJsonReader })
  return { clock, thread }
}
const asSent = (data: ViewData): unknown => JSON.parse(JSON.stringify(data))

describe('threadView', () => {
  it.each([['4,000 Chinese characters', '河上有一只小小的舢板船。'.repeat(334)], ['a 20 kB code block', 'const boat = rows.map(row => row.oar)\n'.repeat(530)]])('sends %s once, and a little for each patch', (_, text) => {
    const answer = new Subject<any>()
    const { clock, thread } = open(answer)
    const page = {} as ViewData
    let bytes = 0
    let patches = 0
    thread.send('go')
    const view = threadView(thread)
    const subscription = view.patches$.subscribe(patch => {
      setData(page, patch)
      bytes += Buffer.byteLength(JSON.stringify(patch))
      patches += 1
    })
    for (let at = 0; at < text.length; at += 7) {
      answer.next({ type: 'text-delta', delta: text.slice(at, at + 7) })
      clock.advance(20)
    }
    answer.next({ type: 'finish', reason: 'stop' })
    answer.complete()
    clock.advance(200)
    subscription.unsubscribe()
    expect(asSent(page)).toEqual(asSent(viewData(thread.state as never)))
    expect(page.messages[1]!.blocks[0]!.segments.join('')).toBe(text)
    expect(bytes).toBeLessThanOrEqual(1.3 * Buffer.byteLength(text) + 64 * patches + 600)
  })
  it('sends growing arguments a few times, not at each flush', () => {
    const answer = new Subject<any>()
    const { clock, thread } = open(answer)
    const page = {} as ViewData
    let bytes = 0
    thread.send('go')
    threadView(thread).patches$.subscribe(patch => {
      setData(page, patch)
      bytes += Buffer.byteLength(JSON.stringify(patch))
    })
    answer.next({ type: 'tool-call-start', toolCallId: 'c', toolCallName: 'order' })
    const args = JSON.stringify({ note: 'x'.repeat(20_000) })
    for (let at = 0; at < args.length; at += 20) {
      answer.next({ type: 'tool-call-delta', toolCallId: 'c', delta: args.slice(at, at + 20) })
      clock.advance(40)
    }
    answer.next({ type: 'finish', reason: 'tool-calls' })
    answer.complete()
    clock.advance(200)
    expect(asSent(page)).toEqual(asSent(viewData(thread.state as never)))
    expect(bytes).toBeLessThan(5 * args.length)
  })
  it('serves two pages, one of which comes in the middle', () => {
    const answer = new Subject<any>()
    const { clock, thread } = open(answer)
    const pages = [{} as ViewData, {} as ViewData]
    thread.send('go')
    threadView(thread).patches$.subscribe(patch => setData(pages[0], patch))
    answer.next({ type: 'text-delta', delta: 'first ' })
    clock.advance(100)
    threadView(thread).patches$.subscribe(patch => setData(pages[1], patch))
    answer.next({ type: 'text-delta', delta: 'second' })
    clock.advance(100)
    answer.next({ type: 'finish', reason: 'stop' })
    answer.complete()
    clock.advance(100)
    for (const page of pages) expect(page.messages[1]!.blocks[0]!.segments.join('')).toBe('first second')
  })
  it('draws a question, its answer, and an emptied conversation', () => {
    const { clock, thread } = open(toolAnswer(['c', 'order', { note: 'a' }]))
    const page = {} as ViewData
    threadView(thread).patches$.subscribe(patch => setData(page, patch))
    thread.send('go')
    clock.advance(100)
    expect([page.status, page.messages[1]!.blocks[0]!.state, page.interrupts.length]).toEqual(['waiting', 'asking', 1])
    thread.deny('c')
    thread.cancel()
    clock.advance(100)
    expect(asSent(page)).toEqual(asSent(viewData(thread.state as never)))
    thread.clear()
    clock.advance(100)
    expect(page.messages).toEqual([])
  })
})

describe('threadView of an answer that changes', () => {
  const text = (delta: string, messageId = 'm', subagentRunId?: string): AgentEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta, subagentRunId })
  /** A page that follows a run whose events the test says; after each batch it must show what a new page would. */
  function follow() {
    const clock = createTestClock()
    const says = new Subject<AgentEvent>()
    const thread = createThread({ agent: Object.assign(() => says, { info: { name: 'scripted' } }), id: 't', clock })
    const page = {} as ViewData
    let bytes = 0
    thread.send('go')
    threadView(thread).patches$.subscribe(patch => {
      setData(page, patch)
      bytes += JSON.stringify(patch).length
    })
    const say = (...events: AgentEvent[]): void => {
      events.forEach(event => says.next(event))
      clock.advance(100)
      expect(asSent(page)).toEqual(asSent(viewData(thread.state as never)))
    }
    say({ type: 'RUN_STARTED', threadId: 't', runId: 'r' })
    return { say, page, bytes: () => bytes }
  }
  it('draws a step that begins anew, whether or not the page was drawn in between', () => {
    const { say, page } = follow()
    const step: AgentEvent = { type: 'STEP_STARTED', stepName: 's' }
    const reset = customEvent('sampan:step-reset', { messageId: 'm' })
    say(text('前', 'l'))
    say(step, text('一'), { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'find' })
    say(reset)
    say(text('二', 'n'))
    say(text('三', 'n'), reset, text('四', 'o'), text('五', 'o'))
    expect(page.messages[1]!.blocks.map(({ segments }) => segments.join(''))).toEqual(['前', '四五'])
  })
  it('draws a text that was taken back, and one that goes on after it', () => {
    const { say, page } = follow()
    say(text('坏'), text('更坏'))
    say(customEvent('sampan:text-retracted', { messageId: 'm', text: '收回', reason: 'policy' }))
    say(text('后'))
    expect(page.messages[1]!.blocks).toMatchObject([{ segments: ['收回'], retracted: 'policy' }, { segments: ['后'] }])
  })
  it('draws the progress of a tool and the name of an agent', () => {
    const { say, page } = follow()
    say({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'find' }, customEvent('sampan:tool-progressed', { toolCallId: 'c', progress: 1 }))
    say(customEvent('sampan:tool-progressed', { toolCallId: 'c', progress: 2 }), customEvent('sampan:agent-changed', { name: 'B' }))
    expect(page.messages[1]).toMatchObject({ agentName: 'B', blocks: [{ progress: 2 }] })
  })
  it('sends the growing text of an agent inside an agent once', () => {
    const { say, page, bytes } = follow()
    say({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'booker' }, { type: 'SUBAGENT_STARTED', subagentRunId: 'a', name: 'A', parentToolCallId: 'c' })
    say({ type: 'SUBAGENT_STARTED', subagentRunId: 'b', name: 'B', parentSubagentRunId: 'a' }, text('', 'x', 'b'))
    const [before, pieces] = [bytes(), 200]
    for (let piece = 0; piece < pieces; piece++) say(text('0123456789'.repeat(4), 'm', piece % 2 ? 'a' : 'b'))
    expect(bytes() - before).toBeLessThan(pieces * 150)
    say({ type: 'SUBAGENT_FINISHED', subagentRunId: 'b' }, { type: 'SUBAGENT_FINISHED', subagentRunId: 'a' })
    expect(page.messages[1]!.blocks[0]!.child).toMatchObject({ status: 'complete', agentName: 'A', blocks: [{ child: { agentName: 'B' } }, { kind: 'text' }] })
  })
})

it('threadBehavior keeps page data and hands taps to the thread', () => {
  const { thread } = open(toolAnswer(['c', 'order', { note: 'a' }]))
  let made: any
  threadBehavior(thread, options => ((made = options), 'id'))
  const page = { data: made.data, setData: (patch: Record<string, unknown>) => setData(page.data, patch) } as any
  made.lifetimes.attached.call(page)
  made.methods.onSend.call(page, { detail: { value: '拿铁' } })
  expect(page.data.status).toBe('waiting')
  made.methods.onDeny.call(page, { currentTarget: { dataset: { id: 'c' } } })
  expect(thread.state.messages[1]!.parts[0]).toMatchObject({ state: 'denied' })
  made.lifetimes.detached.call(page)
  const before = JSON.stringify(page.data)
  thread.clear()
  expect(JSON.stringify(page.data)).toBe(before)
})

it('keeps two pages that show one thread each up to date, and a page that leaves takes nothing from the other', () => {
  const answer = new Subject<ModelEvent>()
  const clock = createTestClock()
  const thread = createThread({ agent: createAgent({ model: mockModel(answer) }), id: 't', clock })
  const open = () => {
    const texts: string[] = []
    const drawing = threadView(thread).patches$.subscribe(patch => texts.push(JSON.stringify(patch)))
    return { texts, leave: () => drawing.unsubscribe() }
  }
  const first = open()
  thread.send('hi')
  answer.next({ type: 'text-delta', delta: '一' })
  clock.advance(100)
  const second = open()
  expect(second.texts.join()).toContain('一')
  answer.next({ type: 'text-delta', delta: '二' })
  clock.advance(100)
  expect([first.texts.at(-1), second.texts.at(-1)]).toEqual(Array(2).fill(expect.stringContaining('二')))
  first.leave()
  const before = first.texts.length
  answer.next({ type: 'text-delta', delta: '三' })
  clock.advance(100)
  expect(second.texts.at(-1)).toContain('三')
  expect(first.texts).toHaveLength(before)
})
