import { verifyEvents as referenceVerify } from '@ag-ui/client'
import fc from 'fast-check'
import { concat, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { wholeEvents } from '../__fixtures__/arbitrary-events.js'
import { runOperator, type Outcome } from '../__fixtures__/run-operator.js'
import { isTerminal, type AgentEvent } from '../events.js'
import type { OrderRule } from './rule.js'
import { verifyEvents } from './verify-events.js'

const strict = (events: readonly AgentEvent[]): Outcome => runOperator(verifyEvents({ mode: 'strict' }), events)
const repair = (events: readonly AgentEvent[]): Outcome => runOperator(verifyEvents({ mode: 'repair', run: { threadId: 't', runId: 'r0' } }), events)
const reference = (events: readonly AgentEvent[]): Outcome => runOperator(referenceVerify() as never, events)
const ruleOf = ({ error }: Outcome): OrderRule | undefined => (error as { details?: { info?: { rule: OrderRule } } } | undefined)?.details?.info?.rule

/**
 * Where strict says something else than @ag-ui/client 1.0.0, and why.
 *
 * - `no-terminal`: a stream that ends without RUN_FINISHED or RUN_ERROR was cut. The reference takes it for a success.
 * - Shape: the reference's verifier also reads some fields (`null` or odd outcomes, ids that are no strings). Here whoever
 *   parses an event judges its fields, so malformed events stand outside this comparison; a `null` owner stands inside.
 */
const deliberate: ReadonlySet<OrderRule | undefined> = new Set(['no-terminal'])

const RUN_STARTED: AgentEvent = { type: 'RUN_STARTED', threadId: 't', runId: 'r1' }
const RUN_FINISHED: AgentEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r1' }
const content = (messageId: string, delta: string): AgentEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const types = ({ events }: Outcome): string[] => events.map(({ type }) => type)

/** Random events seldom get far. What repair made gets to the end, and one event taken out or sent again breaks it late. */
const nearlyLegal = fc.tuple(wholeEvents, fc.nat(), fc.option(fc.nat())).map(([events, from, to]) => {
  const legal = repair(events).events
  const changed = [...legal]
  if (to === null) changed.splice(from % legal.length, 1)
  else changed.splice(to % legal.length, 0, legal[from % legal.length]!)
  return changed
})

describe('verifyEvents, compared with @ag-ui/client', () => {
  it('accepts and rejects, at the same event, what the reference accepts and rejects', () => {
    const seen = new Set<OrderRule | undefined>()
    fc.assert(
      fc.property(fc.oneof(wholeEvents, nearlyLegal), events => {
        const ours = strict(events)
        const theirs = reference(events)
        seen.add(ruleOf(ours))
        expect(ours.events).toEqual(theirs.events)
        const agrees = deliberate.has(ruleOf(ours)) ? theirs.completed : (ours.error !== undefined) === (theirs.error !== undefined)
        expect(agrees).toBe(true)
      }),
      { numRuns: 8000, seed: 20260917 },
    )
    // The comparison says nothing about a rule no stream has broken, and nothing at all if every stream breaks one.
    expect([...seen].map(String).sort()).toEqual(['already-open', 'first-event', 'id-reused', 'no-terminal', 'not-open', 'open-at-finish', 'owner', 'parent-unknown', 'run-active', 'run-over', 'undefined'])
  })

  it('repairs any stream into one the reference accepts, with one end for each run', () => {
    fc.assert(
      fc.property(wholeEvents, events => {
        const repaired = repair(events)
        expect(repaired).toMatchObject({ completed: true })
        const theirs = reference(repaired.events)
        expect(theirs.error).toBeUndefined()
        expect(theirs.events).toEqual(repaired.events)
        expect(strict(repaired.events).error).toBeUndefined()
        expect(isTerminal(repaired.events.at(-1)!)).toBe(true)
      }),
      { numRuns: 4000, seed: 20260919 },
    )
  })

  it('loses no text inside a run while it repairs', () => {
    const deltas = (events: readonly AgentEvent[]): string[] => events.flatMap(event =>
      (event.type === 'TEXT_MESSAGE_CONTENT' || event.type === 'REASONING_MESSAGE_CONTENT') && event.delta ? [`${event.type} ${event.messageId} ${event.delta}`] : [])
    fc.assert(
      fc.property(wholeEvents, events => {
        const end = events.findIndex(isTerminal)
        const inside = events.slice(0, end < 0 ? events.length : end + 1)
        expect(deltas(repair(inside).events)).toEqual(deltas(inside))
      }),
      { numRuns: 2000, seed: 20260920 },
    )
  })

  it('leaves a legal stream alone, event by event', () => {
    fc.assert(
      fc.property(wholeEvents, events => {
        const legal = repair(events).events
        const again = repair(legal).events
        expect(again.length).toBe(legal.length)
        again.forEach((event, index) => expect(event).toBe(legal[index]))
      }),
      { numRuns: 1000, seed: 20260921 },
    )
  })
})

describe('verifyEvents, strict', () => {
  it('names the rule that was broken, and what broke it', () => {
    const { error } = strict([RUN_STARTED, content('m1', 'x')])
    expect(error).toMatchObject({
      code: 'protocol/event-order',
      message: 'TEXT_MESSAGE_CONTENT: no text message "m1" is open (rule "not-open")',
      details: { info: { rule: 'not-open', type: 'TEXT_MESSAGE_CONTENT' } },
    })
  })
  it('says what is still open when a run finishes', () => {
    const { error } = strict([RUN_STARTED, { type: 'STEP_STARTED', stepName: 'plan' }, { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'pay' }, RUN_FINISHED])
    expect(String(error)).toContain('TOOL_CALL_END "c1", STEP_FINISHED "plan"')
  })
  it.each<[string, AgentEvent[]]>([
    ['an empty stream', []],
    ['a stream that just stops', [RUN_STARTED]],
  ])('refuses %s', (_, events) => {
    expect(strict(events)).toMatchObject({ completed: false, error: { code: 'protocol/event-order', details: { info: { rule: 'no-terminal' } } } })
  })
  it('accepts a tool turn with an approval, then the run that resumes it', () => {
    const interrupt = { type: 'interrupt' as const, interrupts: [{ id: 'i1', reason: 'tool_call', toolCallId: 'c1' }] }
    const events: AgentEvent[] = [
      RUN_STARTED,
      { type: 'TEXT_MESSAGE_START', messageId: 'm1' },
      content('m1', '查'),
      { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
      { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'pay', parentMessageId: 'm1' },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{"amount":12}' },
      { type: 'TOOL_CALL_END', toolCallId: 'c1' },
      { type: 'RUN_FINISHED', threadId: 't', runId: 'r1', outcome: interrupt },
      { type: 'RUN_STARTED', threadId: 't', runId: 'r2' },
      { type: 'TOOL_CALL_RESULT', messageId: 'm2', toolCallId: 'c1', content: 'ok' },
      { type: 'RUN_FINISHED', threadId: 't', runId: 'r2' },
    ]
    expect(strict(events)).toEqual({ events, completed: true })
  })
})

describe('verifyEvents, repair', () => {
  it('opens a message that text arrives for, under the owner the text names', () => {
    const { events } = repair([{ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: '舢', subagentRunId: 's1' }, content('m1', '板'), RUN_FINISHED])
    expect(events).toEqual([
      { type: 'RUN_STARTED', threadId: 't', runId: 'r0' },
      { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant', subagentRunId: 's1' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: '舢', subagentRunId: 's1' },
      content('m1', '板'),
      { type: 'TEXT_MESSAGE_END', messageId: 'm1', subagentRunId: 's1' },
      RUN_FINISHED,
    ])
  })
  it('opens nothing for a keep-alive', () => {
    expect(types(repair([RUN_STARTED, content('m1', ''), RUN_FINISHED]))).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
  })
  it('closes what is open and says that the stream was cut', () => {
    const { events, completed } = repair([RUN_STARTED, { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'pay' }, { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{"am' }])
    expect(completed).toBe(true)
    expect(events.slice(-2)).toEqual([{ type: 'TOOL_CALL_END', toolCallId: 'c1' }, expect.objectContaining({ type: 'RUN_ERROR', code: 'transport/truncated' })])
  })
  it('closes what is open before an error of the run', () => {
    expect(types(repair([RUN_STARTED, { type: 'STEP_STARTED', stepName: 'a' }, { type: 'RUN_ERROR', message: 'no' }]))).toEqual(['RUN_STARTED', 'STEP_STARTED', 'STEP_FINISHED', 'RUN_ERROR'])
  })
  it('drops arguments of a call that has ended, which may have run already', () => {
    const call: AgentEvent[] = [{ type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'pay' }, { type: 'TOOL_CALL_END', toolCallId: 'c1' }]
    expect(repair([RUN_STARTED, ...call, { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '1' }, RUN_FINISHED]).events).toEqual([RUN_STARTED, ...call, RUN_FINISHED])
  })
  it('drops a repeated start of the same run, and ends a run that another one follows', () => {
    expect(types(repair([RUN_STARTED, RUN_STARTED, RUN_FINISHED]))).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    expect(types(repair([RUN_STARTED, { type: 'RUN_STARTED', threadId: 't', runId: 'r2' }, RUN_FINISHED]))).toEqual(['RUN_STARTED', 'RUN_ERROR', 'RUN_STARTED', 'RUN_FINISHED'])
  })
  it('finishes a step under its own owner where the tag is wrong', () => {
    const { events } = repair([RUN_STARTED, { type: 'STEP_STARTED', stepName: 'tools' }, { type: 'STEP_FINISHED', stepName: 'tools', subagentRunId: 's1', metadata: { a: 1 } }, RUN_FINISHED])
    expect(events[2]).toEqual({ type: 'STEP_FINISHED', stepName: 'tools', metadata: { a: 1 } })
    expect(events).toHaveLength(4)
  })
  it('passes an error of the source on', () => {
    const failure = new Error('offline')
    expect(runOperator(source => verifyEvents({ mode: 'repair' })(concat(source, throwError(() => failure))), [RUN_STARTED])).toMatchObject({ error: failure, completed: false })
  })
})
