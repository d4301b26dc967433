import { describe, expect, it } from 'vitest'
import { createTestClock } from './test-clock.js'

describe('createTestClock', () => {
  it('stands still until it is moved', () => {
    const clock = createTestClock(1000)
    clock.setTimer(0, () => expect.unreachable())
    expect([clock.now(), clock.pending]).toEqual([1000, 1])
  })
  it('calls timers in the order of their time, and of their making where that is the same', () => {
    const clock = createTestClock(0)
    const calls: [string, number][] = []
    for (const [name, ms] of [['late', 30], ['first', 10], ['second', 10]] as const) clock.setTimer(ms, () => calls.push([name, clock.now()]))
    clock.advance(29)
    expect([calls, clock.now()]).toEqual([[['first', 10], ['second', 10]], 29])
    clock.advance(1)
    expect([calls.at(-1), clock.pending]).toEqual([['late', 30], 0])
  })
  it('calls timers that are set on the way, if they still fall due', () => {
    const clock = createTestClock(0)
    const calls: number[] = []
    const again = (): void => {
      calls.push(clock.now())
      clock.setTimer(10, again)
    }
    again()
    clock.advance(25)
    expect([calls, clock.pending]).toEqual([[0, 10, 20], 1])
  })
  it('calls no timer that was stopped, also by another of the same moment', () => {
    const clock = createTestClock()
    const stops = [clock.setTimer(5, () => stops[1]!()), clock.setTimer(5, () => expect.unreachable())]
    clock.advance(5)
    stops[0]!()
    expect(clock.pending).toBe(0)
  })
  it('says so where timers set each other without end', () => {
    const clock = createTestClock()
    const again = (): void => void clock.setTimer(0, again)
    again()
    expect(() => clock.advance(1)).toThrow('do they set each other?')
  })
})
