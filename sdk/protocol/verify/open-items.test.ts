import { describe, expect, it } from 'vitest'
import { createOpenItems } from './open-items.js'
import type { AgentEvent } from '../events.js'

const textStart: AgentEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm' }
const text: AgentEvent = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x' }
const textEnd: AgentEvent = { type: 'TEXT_MESSAGE_END', messageId: 'm' }
const step = (type: 'STEP_STARTED' | 'STEP_FINISHED', stepName: string, subagentRunId?: string): AgentEvent => ({ type, stepName, subagentRunId })
const admitted = (...events: AgentEvent[]): boolean[] => {
  const open = createOpenItems()
  return events.map(event => open.admit(event))
}

describe('admit', () => {
  it('takes what opens, goes on and closes in this order, and again after the close', () => {
    expect(admitted(textStart, text, text, textEnd, textStart, textEnd)).toEqual([true, true, true, true, true, true])
  })
  it('refuses what goes on with nothing, ends nothing, or opens twice', () => {
    expect(admitted(text, textEnd, textStart, textStart, text, textEnd, textEnd)).toEqual([false, false, true, false, true, true, false])
  })
  it('has nothing against an event without an item, nor against one nobody knows', () => {
    expect(admitted({ type: 'CUSTOM', name: 'n', value: 1 }, { type: 'constructor' } as never)).toEqual([true, true])
  })
  it('keeps the ids of each kind apart', () => {
    const call: AgentEvent = { type: 'TOOL_CALL_START', toolCallId: 'm', toolCallName: 'pay' }
    expect(admitted(textStart, call, { type: 'REASONING_START', messageId: 'm' }, { type: 'REASONING_MESSAGE_END', messageId: 'm' })).toEqual([true, true, true, false])
  })
  it('tells steps of one name apart by whose they are, also where the owner has the empty id', () => {
    expect(admitted(step('STEP_STARTED', 'a'), step('STEP_STARTED', 'a', ''), step('STEP_STARTED', 'a', 's'), step('STEP_FINISHED', 'a', 't'))).toEqual([true, true, true, false])
    expect(admitted(step('STEP_STARTED', 'b', '1 a'), step('STEP_FINISHED', '1 a b'), step('STEP_FINISHED', 'b', '1'))).toEqual([true, false, false])
  })
})

describe('goesOn', () => {
  it('knows the delta that came last, and no other', () => {
    const open = createOpenItems()
    open.admit(textStart)
    expect(open.goesOn(text)).toBe(false)
    open.admit(text)
    expect(open.goesOn({ ...text })).toBe(true)
    expect([{ ...text, messageId: 'n' }, { ...text, type: 'REASONING_MESSAGE_CONTENT' as const }, textEnd].map(event => open.goesOn(event as AgentEvent))).toEqual([false, false, false])
  })
  it('knows nothing any more once something has closed', () => {
    const open = createOpenItems();
    [textStart, text, textEnd].forEach(event => open.admit(event))
    expect(open.goesOn(text)).toBe(false)
  })
  it('does not take an event without a type for one', () => {
    expect(createOpenItems().goesOn({} as never)).toBe(false)
  })
})

describe('closingEvents', () => {
  it('close from the innermost out, under the owner that opened, and close nothing by themselves', () => {
    const open = createOpenItems()
    const opening: AgentEvent[] = [
      { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'n' },
      step('STEP_STARTED', 'a', 's'),
      { ...textStart, subagentRunId: 's' } as AgentEvent,
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'pay' },
    ]
    opening.forEach(event => open.admit(event))
    const closing: AgentEvent[] = [
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm', subagentRunId: 's' },
      { type: 'STEP_FINISHED', stepName: 'a', subagentRunId: 's' },
      { type: 'SUBAGENT_FINISHED', subagentRunId: 's' },
    ]
    expect(open.closingEvents()).toEqual(closing)
    expect(open.closingEvents()).toEqual(closing)
    closing.forEach(event => open.admit(event))
    expect(open.closingEvents()).toEqual([])
  })
})
