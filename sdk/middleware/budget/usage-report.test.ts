import { describe, expect, it } from 'vitest'
import { usageReport } from './usage-report.js'
import type { AgentEvent } from '../../protocol/events.js'

const prices = { 'a/small': { input: 1, output: 2, cachedInput: 0.1, currency: 'CNY' }, 'a/big': { input: 10, output: 20, currency: 'CNY' } }

describe('usageReport', () => {
  it('adds up by provider and model, the most expensive first, what is unknown last', () => {
    const rows = usageReport([
      { provider: 'a', model: 'small', inputTokens: 1_000_000, outputTokens: 500_000 },
      { provider: 'b', model: 'x', inputTokens: 5, outputTokens: 5 },
      { provider: 'a', model: 'big', inputTokens: 1_000_000, outputTokens: 0 },
      { provider: 'a', model: 'small', inputTokens: 1_000_000, outputTokens: 500_000, cachedInputTokens: 1_000_000 },
    ], prices)
    expect(rows.map(({ model, cost }) => [model, cost])).toEqual([['big', { amount: 10, currency: 'CNY' }], ['small', { amount: 3.1, currency: 'CNY' }], ['x', undefined]])
    expect(rows[1]).toMatchObject({ inputTokens: 2_000_000, outputTokens: 1_000_000, cachedInputTokens: 1_000_000 })
  })
  it('knows no cost where a count is missing, in one call of many too, and none without prices', () => {
    const whole = { provider: 'a', model: 'small', inputTokens: 1, outputTokens: 1 }
    expect(usageReport([whole, { provider: 'a', model: 'small', outputTokens: 1 }], prices)[0]!.cost).toBeUndefined()
    expect(usageReport([whole])[0]!.cost).toBeUndefined()
    expect(usageReport([{ ...whole, provider: '__proto__', model: 'x' }], prices)[0]!.cost).toBeUndefined()
  })
  it('takes the events of runs, and keeps what was estimated apart', () => {
    const usage = [{ provider: 'a', model: 'small', inputTokens: 10, outputTokens: 5 }]
    const events: AgentEvent[] = [
      { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
      { type: 'RUN_FINISHED', threadId: 't', runId: 'r', usage, metadata: { sampan: { estimated: true, estimatedUsage: [{ ...usage[0], inputTokens: 3 }] } } },
      { type: 'RUN_ERROR', message: '', usage },
    ]
    expect(usageReport(events, prices)).toMatchObject([{ inputTokens: 20, outputTokens: 10 }, { inputTokens: 3, estimated: true }])
    expect(usageReport(events, prices)[0]).not.toHaveProperty('estimated')
  })
})
