import { costOf, priceKey, type Cost } from './price.js'
import type { PriceTable } from '../../contracts.js'
import { isTerminal, type AgentEvent } from '../../protocol/events.js'
import type { TokenUsage } from '../../protocol/messages.js'

/** What was used of one model. */
export interface UsageReportRow extends TokenUsage {
  /** `undefined`: not known. That is not 0. */
  cost: Cost | undefined
  /** Nobody counted: it is what the texts may have been. */
  estimated?: true
}

/**
 * Adds up usage by provider and model, the most expensive first, and what has no known cost last.
 *
 * @param used the events of runs, or their usage.
 * @example
 * usageReport(events, { 'deepseek-v4': { input: 2, output: 8, cachedInput: 0.5, currency: 'CNY' } })
 */
export function usageReport(used: readonly (AgentEvent | TokenUsage)[], prices: PriceTable = {}): UsageReportRow[] {
  const rows = new Map<string, TokenUsage & { estimated?: true }>()
  const add = (usage: TokenUsage, estimated?: true): void => {
    const key = priceKey(usage) + (estimated ? '?' : '')
    rows.set(key, Object.assign(sumOf(rows.get(key), usage), estimated && { estimated }))
  }
  for (const item of used) {
    if (!('type' in item)) add(item as TokenUsage)
    else if (isTerminal(item)) {
      item.usage?.forEach(usage => add(usage))
      ;((item.metadata?.sampan?.estimatedUsage ?? []) as TokenUsage[]).forEach(usage => add(usage, true))
    }
  }
  const priced = Array.from(rows.values()).map<UsageReportRow>(row => ({ ...row, cost: costOf(row, prices) }))
  return priced.sort((a, b) => (b.cost?.amount ?? -1) - (a.cost?.amount ?? -1))
}

/** A count that one of two does not tell is unknown in the sum, where a cost would be made of it. */
function sumOf(known: TokenUsage | undefined, usage: TokenUsage): TokenUsage {
  if (!known) return { ...usage }
  const sum: Record<string, unknown> = { ...known, ...usage }
  for (const name of ['totalTokens', 'reasoningTokens', 'cachedInputTokens', 'cacheWriteInputTokens'] as const) {
    const [a, b] = [known[name], usage[name]]
    if (a !== undefined || b !== undefined) sum[name] = (a ?? 0) + (b ?? 0)
  }
  for (const name of ['inputTokens', 'outputTokens'] as const) {
    const [a, b] = [known[name], usage[name]]
    sum[name] = a === undefined || b === undefined ? undefined : a + b
  }
  return sum
}
