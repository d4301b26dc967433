import fc from 'fast-check'
import type { AgentEvent } from '../events.js'

// Random events over a handful of ids, so that they collide, and over owners among which is the empty one.

const id = fc.constantFrom('a', 'b')
const owner = fc.constantFrom('', 's1', 's2')
const tag = fc.option(owner, { nil: undefined, freq: 2 })
const delta = fc.constantFrom('x', '舢板', '')
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 2 })

type Fields = { [name: string]: fc.Arbitrary<unknown> }
/** An event without the fields that came out as `undefined`: on a wire there are none. */
const make = (type: AgentEvent['type'], fields: Fields): fc.Arbitrary<AgentEvent> =>
  fc.record(fields).map(record => Object.assign({ type }, JSON.parse(JSON.stringify(record))) as AgentEvent)

const messages = fc.array(
  fc.oneof(
    fc.record({ id, role: fc.constant('assistant'), subagentRunId: tag, toolCalls: optional(fc.array(fc.record({ id, type: fc.constant('function'), function: fc.constant({ name: 'f', arguments: '{}' }) }), { maxLength: 1 })) }),
    fc.record({ id, role: fc.constant('user'), content: fc.constant('hi'), subagentRunId: tag }),
    fc.record({ id, role: fc.constant('reasoning'), content: fc.constant('hm'), subagentRunId: tag }),
    fc.record({ id, role: fc.constant('activity'), activityType: fc.constant('PLAN'), content: fc.constant({}), subagentRunId: tag }),
  ),
  { maxLength: 3 },
)
const runIds: Fields = { threadId: fc.constant('t'), runId: fc.constantFrom('r1', 'r2') }

const texts: fc.Arbitrary<AgentEvent>[] = [
  make('TEXT_MESSAGE_START', { messageId: id, role: fc.constant('assistant'), subagentRunId: tag }),
  make('TEXT_MESSAGE_CONTENT', { messageId: id, delta, subagentRunId: tag }),
  make('TEXT_MESSAGE_END', { messageId: id, subagentRunId: tag }),
]
const calls: fc.Arbitrary<AgentEvent>[] = [
  make('TOOL_CALL_START', { toolCallId: id, toolCallName: fc.constant('f'), parentMessageId: optional(id), subagentRunId: tag }),
  make('TOOL_CALL_ARGS', { toolCallId: id, delta, subagentRunId: tag }),
  make('TOOL_CALL_END', { toolCallId: id, subagentRunId: tag }),
  make('TOOL_CALL_RESULT', { messageId: id, toolCallId: id, content: fc.constant('ok'), subagentRunId: tag }),
]
const thoughts: fc.Arbitrary<AgentEvent>[] = [
  make('REASONING_START', { messageId: id, subagentRunId: tag }),
  make('REASONING_MESSAGE_START', { messageId: id, role: fc.constant('reasoning'), subagentRunId: tag }),
  make('REASONING_MESSAGE_CONTENT', { messageId: id, delta, subagentRunId: tag }),
  make('REASONING_MESSAGE_END', { messageId: id, subagentRunId: tag }),
  make('REASONING_END', { messageId: id, subagentRunId: tag }),
  make('REASONING_ENCRYPTED_VALUE', { subtype: fc.constantFrom('tool-call', 'message'), entityId: id, encryptedValue: fc.constant('e'), subagentRunId: tag }),
]
const steps: fc.Arbitrary<AgentEvent>[] = [
  make('STEP_STARTED', { stepName: id, subagentRunId: tag }),
  make('STEP_FINISHED', { stepName: id, subagentRunId: tag }),
]
const subagents: fc.Arbitrary<AgentEvent>[] = [
  make('SUBAGENT_STARTED', { subagentRunId: owner, name: fc.constant('n'), parentSubagentRunId: optional(owner) }),
  make('SUBAGENT_FINISHED', { subagentRunId: owner }),
  make('SUBAGENT_ERROR', { subagentRunId: owner, message: fc.constant('no') }),
]
const whole: fc.Arbitrary<AgentEvent>[] = [
  make('STATE_SNAPSHOT', { snapshot: fc.constant({}), subagentRunId: tag }),
  make('STATE_DELTA', { delta: fc.constant([]), subagentRunId: tag }),
  make('MESSAGES_SNAPSHOT', { messages }),
  make('ACTIVITY_SNAPSHOT', { messageId: id, activityType: fc.constant('PLAN'), content: fc.constant({}), replace: optional(fc.boolean()), subagentRunId: tag }),
  make('ACTIVITY_DELTA', { messageId: id, activityType: fc.constant('PLAN'), patch: fc.constant([]), subagentRunId: tag }),
  make('RAW', { event: fc.constant(1), subagentRunId: tag }),
  make('CUSTOM', { name: fc.constant('c'), value: fc.constant(1), subagentRunId: tag }),
]
const started = make('RUN_STARTED', { ...runIds, input: optional(fc.record({ ...runIds, messages, tools: fc.constant([]), context: fc.constant([]) })) })
const finished = make('RUN_FINISHED', runIds)
const failed = make('RUN_ERROR', { message: fc.constant('no') })
const untagged = (event: AgentEvent): AgentEvent => Object.assign({}, event, { subagentRunId: null }) as unknown as AgentEvent

const inRun = fc.oneof(...[texts, calls, thoughts, steps, subagents, whole].flatMap(family => family.map(arbitrary => ({ arbitrary, weight: 10 }))))

/** Any whole event: mostly of the inside of a run, sometimes one that starts or ends it, seldom one with a forbidden `null`. */
export const wholeEvent: fc.Arbitrary<AgentEvent> = fc.oneof(
  { weight: 40, arbitrary: inRun },
  { weight: 2, arbitrary: started },
  { weight: 2, arbitrary: finished },
  { weight: 1, arbitrary: failed },
  { weight: 1, arbitrary: inRun.map(untagged) },
)

/** A stream that begins, more often than not, as one should. */
export const wholeEvents: fc.Arbitrary<AgentEvent[]> = fc
  .tuple(fc.option(started, { nil: undefined, freq: 9 }), fc.array(wholeEvent, { maxLength: 40 }), fc.boolean())
  .map(([first, events, ends]) => [...(first ? [first] : []), ...events, ...(ends ? [{ type: 'RUN_FINISHED', threadId: 't', runId: 'r1' } as AgentEvent] : [])])

/** A shorthand event, with or without its ids. */
export const chunk: fc.Arbitrary<AgentEvent> = fc.oneof(
  make('TEXT_MESSAGE_CHUNK', { messageId: optional(id), role: optional(fc.constantFrom('assistant', 'user')), name: optional(fc.constant('n')), delta: optional(delta), subagentRunId: tag, metadata: optional(fc.constant({ k: 1 })), rawEvent: optional(fc.constant({ r: 1 })) }),
  make('TOOL_CALL_CHUNK', { toolCallId: optional(id), toolCallName: optional(fc.constant('f')), parentMessageId: optional(id), delta: optional(delta), subagentRunId: tag, metadata: optional(fc.constant({ k: 1 })), rawEvent: optional(fc.constant({ r: 1 })) }),
  make('REASONING_MESSAGE_CHUNK', { messageId: optional(id), delta: optional(delta), subagentRunId: tag, metadata: optional(fc.constant({ k: 1 })), rawEvent: optional(fc.constant({ r: 1 })) }),
)

/** Shorthand among whole events. */
export const mixedEvents: fc.Arbitrary<AgentEvent[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: chunk }, { weight: 1, arbitrary: inRun }, { weight: 1, arbitrary: fc.constant<AgentEvent>({ type: 'RAW', event: 1 }) }), { maxLength: 25 })
  .map(events => [{ type: 'RUN_STARTED', threadId: 't', runId: 'r1' } as AgentEvent, ...events, { type: 'RUN_FINISHED', threadId: 't', runId: 'r1' } as AgentEvent])
