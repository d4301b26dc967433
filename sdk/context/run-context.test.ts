import { describe, expect, it } from 'vitest'
import { createIds, createRunContext, memoryCheckpoints, memoryLedger } from './run-context.js'
import type { LedgerEntry } from '../contracts.js'
import { createTestClock } from '../testkit/test-clock.js'

const entry = (toolCallId: string, state: LedgerEntry['state']): LedgerEntry => ({ toolCallId, toolName: 'pay', fingerprint: 'f', state })

describe('memoryLedger', () => {
  it('keeps the last entry of each call, and begins with what another held', () => {
    const ledger = memoryLedger([entry('a', 'proposed'), entry('b', 'done')])
    void ledger.put(entry('a', 'executing'))
    expect([ledger.get('a')?.state, ledger.get('b')?.state, ledger.get('c')]).toEqual(['executing', 'done', undefined])
    expect(memoryLedger(ledger.entries()).entries()).toEqual([entry('a', 'executing'), entry('b', 'done')])
  })
})

describe('memoryCheckpoints', () => {
  it('keeps the last checkpoint of each run until it is deleted', () => {
    const checkpoints = memoryCheckpoints()
    void checkpoints.save({ runId: 'r', version: 1, data: 1 })
    void checkpoints.save({ runId: 'r', version: 1, data: 2 })
    expect(checkpoints.load('r')).toMatchObject({ data: 2 })
    void checkpoints.delete('r')
    expect(checkpoints.load('r')).toBeUndefined()
  })
})

describe('createIds', () => {
  it('begins with the kind and never repeats, though time stands still', () => {
    const ids = createIds(createTestClock())
    const made = new Set(Array.from({ length: 1_000 }, () => ids('run')))
    expect(made.size).toBe(1_000)
    expect(Array.from(made).every(id => /^run-[0-9a-z]+$/.test(id))).toBe(true)
  })
  it('differs between two sources of the same moment', () => {
    const clock = createTestClock()
    expect(createIds(clock)('run')).not.toBe(createIds(clock)('run'))
  })
})

describe('createRunContext', () => {
  it('has everything, nothing shared, and no limits', () => {
    const [one, other] = [createRunContext(), createRunContext()]
    void one.ledger.put(entry('a', 'done'))
    expect(other.ledger.get('a')).toBeUndefined()
    expect([one.cancel.isCancelled, one.budget.exhausted()]).toEqual([false, undefined])
  })
  it('takes what it is given, one by one', () => {
    const clock = createTestClock(5)
    const ledger = memoryLedger()
    expect(createRunContext({ clock, ledger })).toMatchObject({ clock, ledger })
    expect(createRunContext({ clock }).ids('x')).toMatch(/^x-5/)
  })
})
