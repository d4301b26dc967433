import { defer, from, NEVER, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { timelineOf, trace, type OtlpTraces, type TraceOptions } from './index.js'
import { answers, contextOf, endOf, question, record, run, type Recording } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import type { ModelMiddleware, RunMiddleware } from '../../contracts.js'
import { createCancel, type CancelSource } from '../../context/cancel.js'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import { validateWith } from '../../protocol/schema.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../../testkit/mock-model.js'
import { createTestClock } from '../../testkit/test-clock.js'

// What OTLP/HTTP takes as JSON, after trace.proto and common.proto and the JSON mapping of OTLP.
const value: z.ZodMiniType = z.lazy(() => z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().check(z.regex(/^-?\d+$/)) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ arrayValue: z.strictObject({ values: z.array(value) }) }),
]))
const attributes = z.array(z.strictObject({ key: z.string().check(z.minLength(1)), value }))
const nanos = z.string().check(z.regex(/^\d{19}$/))
const otlp = z.strictObject({
  resourceSpans: z.array(z.strictObject({
    resource: z.strictObject({ attributes }),
    scopeSpans: z.array(z.strictObject({
      scope: z.strictObject({ name: z.string() }),
      spans: z.array(z.strictObject({
        traceId: z.string().check(z.regex(/^(?!0+$)[0-9a-f]{32}$/)),
        spanId: z.string().check(z.regex(/^(?!0+$)[0-9a-f]{16}$/)),
        parentSpanId: z.optional(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
        name: z.string(),
        kind: z.union([z.literal(1), z.literal(3)]),
        startTimeUnixNano: nanos,
        endTimeUnixNano: nanos,
        attributes,
        events: z.array(z.strictObject({ timeUnixNano: nanos, name: z.string(), attributes })),
        status: z.strictObject({ code: z.union([z.literal(0), z.literal(2)]) }),
      })),
    })),
  })),
})

function setUp(options: Partial<TraceOptions> = {}, ...given: MockAnswer[]) {
  const clock = createTestClock()
  const sent: OtlpTraces[] = []
  const work = defineTool({
    name: 'work',
    description: '',
    execute: () => {
      clock.advance(300)
      return 'secret result'
    },
  })
  const pay = defineTool({ name: 'pay', description: '', approval: 'ask', execute: () => { throw new Error('no money') } })
  const slow: ModelMiddleware = (request, context, next) => defer(() => (clock.advance(100), next(request, context)))
  const model = mockModel(...(given.length ? given : [toolAnswer(['a', 'work', { secret: 1 }]), textAnswer('a secret answer')]))
  const agent = createAgent({ model, tools: [work, pay], middleware: [trace({ sink: traces => void sent.push(traces), agentName: 'barista', ...options })], modelMiddleware: [slow] })
  return { agent, sent, clock, context: contextOf({ clock }), spans: () => sent.flatMap(spansOf) }
}
const spansOf = (traces: OtlpTraces) => traces.resourceSpans[0]!.scopeSpans[0]!.spans
const plain = (list: { key: string; value: object }[]) => Object.fromEntries(list.map(({ key, value: v }) => [key, Object.values(v)[0]]))
const shown = ({ sent }: { sent: OtlpTraces[] }) => timelineOf(sent.flatMap(spansOf)).map(({ depth, kind, name, startMs, durationMs, tokens, error }) => [depth, kind, name, startMs, durationMs, tokens, error].filter(each => each !== undefined).join(' '))
/** A run of somebody else's, event by event. */
function watch(events: AgentEvent[], options: Partial<TraceOptions> = {}) {
  const sent: OtlpTraces[] = []
  trace({ sink: traces => void sent.push(traces), ...options })(question(), contextOf({ clock: createTestClock() }), () => from(events)).subscribe()
  return { sent, spans: () => sent.flatMap(spansOf) }
}

describe('trace', () => {
  it('tells of the agent, each call of its model, and each tool, with the time each took', () => {
    const set = setUp()
    run(set.agent, question(), set.context)
    expect(shown(set)).toEqual(['0 agent barista 0 500 30', '1 model mock 0 100 15', '1 tool work 100 300', '1 model mock 400 100 15'])
  })
  it('is the body of an OTLP request', () => {
    const set = setUp({ resource: { 'host.name': 'wechat', 'app.beta': true, 'app.share': 0.5 } })
    run(set.agent, question(), set.context)
    expect(validateWith(otlp, JSON.parse(JSON.stringify(set.sent[0])))).toMatchObject({ ok: true })
    expect(set.sent).toHaveLength(1)
    expect(plain(set.sent[0]!.resourceSpans[0]!.resource.attributes)).toEqual({ 'service.name': 'sampan-app', 'host.name': 'wechat', 'app.beta': true, 'app.share': 0.5 })
  })
  it('uses the names of the conventions', () => {
    const set = setUp()
    run(set.agent, question(), set.context)
    const [agent, chat, tool] = set.spans()
    expect([agent!.kind, chat!.kind, tool!.kind]).toEqual([1, 3, 1])
    expect([chat, tool].map(span => span!.parentSpanId)).toEqual([agent!.spanId, agent!.spanId])
    expect(plain(agent!.attributes)).toEqual({
      'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'barista', 'gen_ai.conversation.id': 'thread',
      'sampan.run.id': 'run-1', 'sampan.run.outcome': 'success', 'gen_ai.usage.input_tokens': '20', 'gen_ai.usage.output_tokens': '10',
    })
    expect(plain(chat!.attributes)).toEqual({
      'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 'thread', 'gen_ai.provider.name': 'mock', 'gen_ai.response.model': 'mock',
      'gen_ai.usage.input_tokens': '10', 'gen_ai.usage.output_tokens': '5',
    })
    expect(plain(tool!.attributes)).toEqual({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'work', 'gen_ai.tool.call.id': 'a', 'gen_ai.tool.type': 'function' })
  })
  it('tells nothing of what was said, unless it is asked to', () => {
    const set = setUp()
    run(set.agent, question(), set.context)
    expect(JSON.stringify(set.sent)).not.toMatch(/secret|拿铁/)
    const open = setUp({ content: true })
    run(open.agent, question(), open.context)
    const [agent, , tool] = open.spans().map(span => plain(span.attributes))
    expect(agent!['gen_ai.input.messages']).toBe('[{"role":"user","parts":[{"type":"text","content":"来一杯拿铁"}]}]')
    expect(agent!['gen_ai.output.messages']).toContain('a secret answer')
    expect(tool).toMatchObject({ 'gen_ai.tool.call.arguments': '{"secret":1}', 'gen_ai.tool.call.result': 'secret result' })
  })
  it('changes no event', () => {
    const events = [run(setUp().agent), run(setUp({ sampleRate: 0 }).agent)].map(list => JSON.stringify(list))
    expect(events[0]).toBe(events[1])
  })
})

describe('the time of a model', () => {
  it('ends with the last thing it says', () => {
    const clock = createTestClock()
    const events = new Subject<AgentEvent>()
    const sent: OtlpTraces[] = []
    trace({ sink: traces => void sent.push(traces) })(question(), contextOf({ clock }), () => events).subscribe()
    const says: AgentEvent[] = [
      { type: 'STEP_STARTED', stepName: 's' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm' },
      { type: 'TOOL_CALL_START', toolCallId: 'a', toolCallName: 'work' },
      { type: 'TOOL_CALL_END', toolCallId: 'a' },
      { type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'a', content: '' },
      { type: 'STEP_FINISHED', stepName: 's' },
      { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run-1' },
    ]
    for (const event of says) {
      events.next(event)
      clock.advance(10)
    }
    expect(shown({ sent })).toEqual(['0 agent agent 0 60', '1 model chat 0 30', '1 tool work 30 10'])
  })
})

describe('what goes wrong', () => {
  it('is marked, in the model and the agent', () => {
    const set = setUp({}, errorAnswer(new SampanError('transport/server', 'down')))
    run(set.agent, question(), set.context)
    expect(shown(set)).toEqual(['0 agent barista 0 100 transport/server', '1 model chat 0 100 transport/server'])
    expect(set.spans().map(({ status }) => status.code)).toEqual([2, 2])
  })
  it('is marked in a tool alone, also where it was approved in a run before', () => {
    const set = setUp({}, toolAnswer(['b', 'pay', {}]), textAnswer('好'))
    const asked = run(set.agent, question(), set.context)
    run(set.agent, answers(asked, { 'approve-b': { approved: true } }), set.context)
    const [, tool, chat] = spansOf(set.sent[1]!)
    expect([tool!.name, tool!.status.code, chat!.status.code]).toEqual(['execute_tool pay', 2, 0])
    expect(plain(tool!.attributes)).toMatchObject({ 'error.type': 'agent/tool-failed' })
    expect(set.sent.map(traces => plain(spansOf(traces)[0]!.attributes)['sampan.run.outcome'])).toEqual(['interrupt', 'success'])
  })
  it('is noted where it happened: what the run tells its trace', () => {
    const tells: ModelMiddleware = (request, context, next) => defer(() => (context.trace('model-retried', { attempt: 1 }), next(request, context)))
    const sent: OtlpTraces[] = []
    const told: string[] = []
    const agent = createAgent({ model: mockModel(textAnswer('好')), middleware: [trace({ sink: traces => void sent.push(traces) })], modelMiddleware: [tells] })
    run(agent, question(), contextOf({ clock: createTestClock(), trace: name => void told.push(name) }))
    expect(spansOf(sent[0]!)[1]!.events[0]).toMatchObject({ name: 'model-retried', attributes: [{ key: 'attempt', value: { intValue: '1' } }] })
    expect(told).toEqual(['model-retried'])
  })
  it('in a sink is not the affair of the run', () => {
    const told: string[] = []
    const { agent } = setUp({ sink: () => { throw new Error('no network') } })
    expect(endOf(run(agent, question(), contextOf({ trace: name => void told.push(name) }))).outcome).toEqual({ type: 'success' })
    expect(told).toEqual(['trace-failed'])
  })
  it('a run that is left is told of as far as it came', () => {
    const set = setUp({}, NEVER)
    const { leave } = record(set.agent, question(), set.context)
    set.clock.advance(50)
    expect(set.sent).toEqual([])
    leave()
    expect(shown(set)).toEqual(['0 agent barista 0 150', '1 model chat 0 150'])
  })
})

it('says of a run that was cancelled or left that it was', () => {
  for (const [outcome, leave] of [['cancelled', ({ cancel }) => void cancel.cancel()], ['left', ({ recording }) => recording.leave()]] as [string, (run: { cancel: CancelSource; recording: Recording }) => void][]) {
    const sent: OtlpTraces[] = []
    const cancel = createCancel()
    const recording = record(createAgent({ model: mockModel(NEVER), middleware: [trace({ sink: traces => void sent.push(traces) })] }), question(), contextOf({ cancel: cancel.signal }))
    leave({ cancel, recording })
    expect(sent.map(traces => plain(spansOf(traces)[0]!.attributes)['sampan.run.outcome'])).toEqual([outcome])
  }
})

describe('limits', () => {
  it('to how many spans a run has', () => {
    const many = Array.from({ length: 9 }, (_, n): AgentEvent => ({ type: 'TOOL_CALL_END', toolCallId: 'c' + n }))
    const { sent, spans } = watch(many, { maxSpans: 4 })
    expect(spans()).toHaveLength(4)
    expect(plain(sent[0]!.resourceSpans[0]!.resource.attributes)).toMatchObject({ 'sampan.spans.dropped': '6' })
  })
  it('to how long a text is, and how much is noted in one span', () => {
    const sent: OtlpTraces[] = []
    const noisy: RunMiddleware = (input, context, next) => {
      for (let i = 0; i < 99; i++) context.trace('noise', {})
      return next(input, context)
    }
    const agent = createAgent({ model: mockModel(textAnswer('x'.repeat(20_000))), middleware: [trace({ sink: traces => void sent.push(traces), content: true }), noisy] })
    run(agent, question(), contextOf({ clock: createTestClock() }))
    const [span] = spansOf(sent[0]!)
    expect(span!.events).toHaveLength(32)
    expect(plain(span!.attributes)['gen_ai.output.messages']).toHaveLength(8192)
  })
  it('to which runs are traced', () => {
    const chances = [0.5, 0.49]
    const set = setUp({ sampleRate: 0.5, random: () => chances.shift() ?? 0.3 })
    run(set.agent, question(), set.context)
    expect(set.sent).toEqual([])
    run(set.agent, question(), set.context)
    expect(set.sent).toHaveLength(1)
  })
})

describe('a run inside a run', () => {
  it('is an agent under the call that began it, with models and tools of its own', () => {
    const { sent } = watch([
      { type: 'STEP_STARTED', stepName: 's' },
      { type: 'TOOL_CALL_START', toolCallId: 'ask', toolCallName: 'askCook' },
      { type: 'TOOL_CALL_END', toolCallId: 'ask' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 'sub', name: 'cook', parentToolCallId: 'ask' },
      { type: 'STEP_STARTED', stepName: 's', subagentRunId: 'sub' },
      { type: 'TOOL_CALL_START', toolCallId: 'stir', toolCallName: 'stir', subagentRunId: 'sub' },
      { type: 'TOOL_CALL_END', toolCallId: 'stir', subagentRunId: 'sub' },
      { type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'stir', content: '', subagentRunId: 'sub' },
      { type: 'SUBAGENT_ERROR', subagentRunId: 'sub', message: 'burnt' },
      { type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'ask', content: '' },
      { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run-1' },
    ])
    expect(shown({ sent }).sort()).toEqual(['0 agent agent 0 0', '1 model chat 0 0', '1 tool askCook 0 0', '2 agent cook 0 0 _OTHER', '3 model chat 0 0', '3 tool stir 0 0'])
  })
})
