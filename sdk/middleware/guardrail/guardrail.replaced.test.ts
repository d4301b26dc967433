import fc from 'fast-check'
import { of, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { byHand, guarded, shown } from './__fixtures__/guarded.js'
import { guardrail, type Check } from './index.js'
import { contextOf, ended, question, record, typesOf } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import type { ModelEvent, RunFunction } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'

const PIECE = '电话是一三八。'
const bytesOf = (events: readonly AgentEvent[]): number => JSON.stringify(events).length
const snapshots = (events: readonly AgentEvent[]): number => typesOf(events).filter(type => type === 'MESSAGES_SNAPSHOT').length

/** An answer of so many pieces, each of which is replaced: at once, or by verdicts that come when all is said. */
function bytesFor(count: number, isLate: boolean): number {
  const { open, check } = byHand()
  const recording = record(guarded(mockModel(textAnswer(...Array.from({ length: count }, () => PIECE))), { mode: 'parallel', output: isLate ? check : () => ({ replace: '*' }) }))
  open.forEach(({ answer }) => answer({ replace: '*' }))
  const events = ended(recording)
  expect(shown(events)).toEqual(['*'.repeat(count)])
  return bytesOf(events)
}

describe('text that is replaced in parallel', () => {
  it.each([['at once', false], ['when all is said', true]])('costs bytes with its length, not with the square of it, where verdicts come %s', (_, isLate) => {
    const [small, large] = [bytesFor(100, isLate), bytesFor(1_600, isLate)]
    expect(Math.log(large / small) / Math.log(16)).toBeLessThan(1.05)
  })
  it('is said anew at most twice in a message, in whichever order its verdicts come', () => {
    fc.assert(fc.property(
      fc.array(fc.tuple(fc.constantFrom('好', '坏'), fc.boolean()), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(99), { maxLength: 40 }),
      fc.boolean(),
      (pieces, picks, isCutInside) => {
        const { open, check } = byHand()
        const answer = new Subject<ModelEvent>()
        const recording = record(guarded(mockModel(answer), { mode: 'parallel', output: check }))
        const deltas = pieces.flatMap(([word]) => (isCutInside ? [word, word + '。'] : [word + word + '。']))
        const settleOne = (pick: number): void => {
          const one = open.splice(pick % open.length, 1)[0]!
          one.answer(one.text.includes('坏') ? { replace: '*' } : 'allow')
        }
        for (const [index, delta] of deltas.entries()) {
          answer.next({ type: 'text-delta', delta })
          if (picks[index]! % 2 && open.length) settleOne(picks[index]!)
        }
        answer.next({ type: 'finish', reason: 'stop' })
        for (let index = 0; open.length; index++) settleOne(picks[index % picks.length] ?? 0)
        const events = ended(recording)
        expect(shown(events)).toEqual([pieces.map(([word]) => (word === '坏' ? '*' : '好好。')).join('')])
        expect(snapshots(events)).toBeLessThanOrEqual(2)
      },
    ))
  })
  it('is gone at once with all that nobody has judged, and what comes after it is shown once it is judged', () => {
    const { open, check } = byHand()
    const answer = new Subject<ModelEvent>()
    const recording = record(guarded(mockModel(answer), { mode: 'parallel', output: check }))
    const say = (delta: string): void => answer.next({ type: 'text-delta', delta })
    say('一。二。三。四')
    open[1]!.answer({ replace: '*' })
    expect(shown(recording.events)).toEqual([])
    open[0]!.answer('allow')
    expect(shown(recording.events)).toEqual(['一。*'])
    open[2]!.answer('allow')
    say('。五')
    expect(shown(recording.events)).toEqual(['一。*三。'])
    open[3]!.answer('allow')
    answer.next({ type: 'finish', reason: 'stop' })
    open[4]!.answer({ replace: '!' })
    expect(shown(ended(recording))).toEqual(['一。*三。四。!'])
    expect(snapshots(recording.events)).toBe(1)
  })
  it('is said anew when all of it is judged, where its message has ended before', () => {
    const { open, check } = byHand()
    const tool = defineTool({ name: 'work', description: '', execute: () => 1 })
    const recording = record(guarded(mockModel([{ type: 'text-delta', delta: '一。二。三。' }, ...toolAnswer(['c', 'work', {}])], textAnswer('四。')), { mode: 'parallel', output: check }, [tool]))
    expect(shown(recording.events)).toEqual(['一。二。三。', '四。'])
    open[1]!.answer({ replace: '*' })
    expect(shown(recording.events)).toEqual([])
    open[3]!.answer('allow')
    open[2]!.answer('allow')
    open[0]!.answer('allow')
    expect(shown(ended(recording))).toEqual(['一。*三。', '四。'])
    expect(snapshots(recording.events)).toBeLessThanOrEqual(3)
  })
  it('that is blocked later ends behind what is known to be good', () => {
    const { open, check } = byHand()
    const recording = record(guarded(mockModel(textAnswer('一。二。三。')), { mode: 'parallel', output: check }))
    open[0]!.answer({ replace: '*' })
    open[2]!.answer('allow')
    open[1]!.answer({ block: 'x', text: '!' })
    expect(shown(ended(recording))).toEqual(['*!'])
  })
  it('behind a history that waits for a verdict waits with it, and comes once', () => {
    const { open, check } = byHand()
    const said: AgentEvent[] = [
      { type: 'RUN_STARTED', threadId: 'thread', runId: 'run-1' },
      { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '一。' },
      { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm', role: 'assistant', content: '一。' }] },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '二。' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm' },
      { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run-1', outcome: { type: 'success' } },
    ]
    const remote: RunFunction = () => of(...said)
    const events: AgentEvent[] = []
    guardrail({ mode: 'parallel', output: check as Check })(question(), contextOf(), remote).subscribe(event => void events.push(event))
    expect(shown(events)).toEqual(['一。'])
    open[1]!.answer({ replace: '*' })
    open[0]!.answer('allow')
    expect([shown(events), typesOf(events).at(-1)]).toEqual([['一。*'], 'RUN_FINISHED'])
  })
  it('is not held where nothing was replaced', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(createAgent({ model: mockModel(answer), middleware: [guardrail({ mode: 'parallel', output: () => 'allow' })] }))
    answer.next({ type: 'text-delta', delta: '一。二' })
    expect(shown(recording.events)).toEqual(['一。二'])
    recording.leave()
  })
})

it('taking back all that was said of a bad question says the history anew once', () => {
  const { open, check } = byHand()
  const tool = defineTool({ name: 'work', description: '', execute: () => 1 })
  const model = mockModel([{ type: 'text-delta', delta: '一' }, ...toolAnswer(['c', 'work', {}])], [{ type: 'text-delta', delta: '二' }, ...toolAnswer(['d', 'work', {}])], textAnswer('三'))
  const recording = record(guarded(model, { mode: 'parallel', input: check }, [tool]))
  open[0]!.answer({ block: 'x', text: '不行' })
  const events = ended(recording)
  expect([shown(events), snapshots(events)]).toEqual([['不行'], 1])
})
