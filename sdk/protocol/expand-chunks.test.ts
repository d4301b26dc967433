import { transformChunks as referenceExpand, verifyEvents as referenceVerify } from '@ag-ui/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mixedEvents } from './__fixtures__/arbitrary-events.js'
import { runOperator, type Outcome } from './__fixtures__/run-operator.js'
import type { AgentEvent } from './events.js'
import { expandChunks } from './expand-chunks.js'
import { verifyEvents } from './verify/verify-events.js'

const strict = (events: readonly AgentEvent[]): Outcome => runOperator(expandChunks(), events)
const reference = (events: readonly AgentEvent[]): Outcome => runOperator(referenceExpand() as never, events)
function repair(events: readonly AgentEvent[]): Outcome {
  let made = 0
  return runOperator(expandChunks({ mode: 'repair', ids: kind => `${kind}-${++made}` }), events)
}
const text = (fields: object): AgentEvent => ({ type: 'TEXT_MESSAGE_CHUNK', ...fields })

describe('expandChunks, compared with @ag-ui/client', () => {
  it('makes the events the reference makes, and fails where it fails', () => {
    let failed = 0
    let expanded = 0
    fc.assert(
      fc.property(mixedEvents, events => {
        const ours = strict(events)
        const theirs = reference(events)
        expect(ours.events).toEqual(theirs.events)
        expect(ours.error !== undefined).toBe(theirs.error !== undefined)
        if (ours.error) failed++
        else if (ours.events.length > events.length) expanded++
      }),
      { numRuns: 6000, seed: 20260922 },
    )
    // Both kinds of stream must really have come up.
    expect(failed).toBeGreaterThan(500)
    expect(expanded).toBeGreaterThan(500)
  })

  it('repairs what the reference refuses, together with the verifier, and keeps the text', () => {
    const said = (events: readonly AgentEvent[]): string =>
      events.map(event => (event.type === 'TEXT_MESSAGE_CHUNK' || event.type === 'TEXT_MESSAGE_CONTENT' ? (event.delta ?? '') : '')).join('')
    fc.assert(
      fc.property(mixedEvents, events => {
        const repaired = runOperator(verifyEvents({ mode: 'repair' }), repair(events).events)
        expect(runOperator(referenceVerify() as never, repaired.events)).toEqual(repaired)
        expect(said(repaired.events)).toBe(said(events))
      }),
      { numRuns: 3000, seed: 20260923 },
    )
  })
})

describe('expandChunks', () => {
  it('opens at the first chunk, goes on without ids, and closes at the next whole event', () => {
    const { events } = strict([text({ messageId: 'm1', delta: '好' }), text({ delta: '了' }), { type: 'CUSTOM', name: 'x', value: 1 }])
    expect(events).toEqual([
      { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: '好' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: '了' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
      { type: 'CUSTOM', name: 'x', value: 1 },
    ])
  })
  it('keeps the streams of two sub-agents apart', () => {
    const { events } = strict(['s1', 's2', 's1', 's2'].map((subagentRunId, index) => text({ subagentRunId, ...(index < 2 ? { messageId: `of-${subagentRunId}` } : {}), delta: String(index) })))
    expect(events.flatMap(event => (event.type === 'TEXT_MESSAGE_CONTENT' ? [`${event.messageId} ${event.delta}`] : []))).toEqual(['of-s1 0', 'of-s2 1', 'of-s1 2', 'of-s2 3'])
  })
  it('gives metadata to what a chunk becomes, and the raw event to its content only', () => {
    const { events } = strict([{ type: 'TOOL_CALL_CHUNK', toolCallId: 'c1', toolCallName: 'pay', delta: '{', metadata: { a: 1 }, rawEvent: 'raw' }])
    expect(events).toEqual([
      { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'pay', metadata: { a: 1 } },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{', metadata: { a: 1 }, rawEvent: 'raw' },
    ])
  })
  it('leaves events of a type it does not know alone, and text around them open', () => {
    const later = { type: 'NEXT_YEAR' } as unknown as AgentEvent
    expect(strict([text({ messageId: 'm1', delta: 'a' }), later, text({ delta: 'b' })]).events.map(({ type }) => type)).toEqual([
      'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'NEXT_YEAR', 'TEXT_MESSAGE_CONTENT',
    ])
  })
  it.each<[string, AgentEvent[], RegExp]>([
    ['a first chunk without an id', [text({ delta: 'x' })], /must have messageId/],
    ['a first tool chunk without a name', [{ type: 'TOOL_CALL_CHUNK', toolCallId: 'c1' }], /must have toolCallName/],
    ['a role that changes', [text({ messageId: 'm1' }), text({ role: 'user', delta: 'x' })], /"role" of "m1" changes/],
    ['a chunk that two could be meant by', [text({ messageId: 'a', subagentRunId: 's1' }), text({ messageId: 'b', subagentRunId: 's2' }), text({ delta: 'x' })], /2 could be meant/],
    ['another owner', [text({ messageId: 'a', subagentRunId: 's1' }), text({ messageId: 'a', subagentRunId: 's2' })], /belongs to another owner/],
  ])('refuses %s', (_, events, message) => {
    const { error } = strict(events)
    expect(error).toMatchObject({ code: 'protocol/event-order', details: { info: { rule: 'chunk' } } })
    expect(String(error)).toMatch(message)
  })
  it('makes an id for text that has none when it repairs, and drops a call without a name', () => {
    expect(repair([text({ delta: '' }), text({ delta: 'a' }), text({ delta: 'b' }), { type: 'TOOL_CALL_CHUNK', delta: '{}' }]).events).toEqual([
      { type: 'TEXT_MESSAGE_START', messageId: 'message-1', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'message-1', delta: 'a' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'message-1', delta: 'b' },
    ])
  })
})
