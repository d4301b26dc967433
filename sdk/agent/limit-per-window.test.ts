import { describe, expect, it } from 'vitest'
import { endOf, asked, contextOf, question, run } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import { limitPerWindow, type SpentAmount } from './limit-per-window.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const DAY = 86_400_000
const call = (toolCallId: string, now = 0, runId = 'run') => ({ toolCallId, toolName: 'pay', runId, now })
const limit = (more: object = {}) => limitPerWindow<{ total: number }>({ amount: ({ total }) => total, max: 100, windowMs: DAY, ...more })

describe('a limit per window', () => {
  it('allows up to the amount, and asks about what goes beyond', () => {
    const rule = limit()
    expect([60, 40, 1, 0].map((total, index) => rule({ total }, call('c' + index)))).toEqual(['allow', 'allow', 'ask', 'allow'])
  })
  it('does not count what it asked about: a smaller call still fits', () => {
    const rule = limit()
    expect([60, 50, 40].map((total, index) => rule({ total }, call('c' + index)))).toEqual(['allow', 'ask', 'allow'])
  })
  it('forgets a call when its window has passed, to the millisecond', () => {
    const rule = limit()
    expect(rule({ total: 100 }, call('a', 1_000))).toBe('allow')
    expect(rule({ total: 100 }, call('b', 1_000 + DAY - 1))).toBe('ask')
    expect(rule({ total: 100 }, call('c', 1_000 + DAY))).toBe('allow')
  })
  it('counts a call once, however often it is judged, and tells calls of different runs apart', () => {
    const rule = limit()
    expect([rule({ total: 80 }, call('c')), rule({ total: 80 }, call('c')), rule({ total: 90 }, call('c')), rule({ total: 80 }, call('c', 0, 'other'))]).toEqual(['allow', 'allow', 'allow', 'ask'])
  })
  it.each([[Number.NaN], [-1], [Infinity], [undefined as unknown as number]])('asks about an amount of %s', total => {
    expect(limit()({ total }, call('c'))).toBe('ask')
  })
  it('denies where it is told to', () => {
    expect(limit({ otherwise: { deny: 'too much for today' } })({ total: 101 }, call('c'))).toEqual({ deny: 'too much for today' })
  })
  it('goes on with what its store kept', () => {
    let kept: readonly SpentAmount[] | undefined
    const store = { load: () => kept, save: (spent: readonly SpentAmount[]) => void (kept = JSON.parse(JSON.stringify(spent))) }
    expect(limit({ store })({ total: 60 }, call('a'))).toBe('allow')
    expect(limit({ store })({ total: 60 }, call('b'))).toBe('ask')
    expect(kept).toEqual([{ id: 'run/a', at: 0, amount: 60 }])
  })
  it('holds between the parallel calls of one answer, by the clock of the run', () => {
    const effects: number[] = []
    const pay = defineTool({ name: 'pay', description: '', input: { type: 'object', properties: { total: { type: 'number' } } }, approval: limit(), execute: ({ total }) => void effects.push(total) })
    const clock = createTestClock()
    const agent = createAgent({ model: mockModel(toolAnswer(['a', 'pay', { total: 60 }], ['b', 'pay', { total: 60 }]), textAnswer('好'), toolAnswer(['c', 'pay', { total: 60 }]), textAnswer('好')), tools: [pay] })
    expect(asked(run(agent, question(), contextOf({ clock })))).toMatchObject([{ toolCallId: 'b' }])
    clock.advance(DAY)
    run(agent, question({ runId: 'run-2' }), contextOf({ clock }))
    expect(endOf(run(agent, question({ runId: 'run-3' }), contextOf({ clock }))).outcome).toEqual({ type: 'success' })
    expect(effects).toEqual([60, 60])
  })
})
