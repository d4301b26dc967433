import type { TokenUsage } from '../protocol/messages.js'

const COUNTS = ['inputTokens', 'outputTokens', 'totalTokens', 'reasoningTokens', 'cachedInputTokens', 'cacheWriteInputTokens'] as const

/** Adds one model call's usage to a run's: one entry per provider and model, an unknown count stays unknown. */
export function addUsage(list: readonly TokenUsage[], usage: TokenUsage): TokenUsage[] {
  const index = list.findIndex(entry => entry.provider === usage.provider && entry.model === usage.model)
  const before = list[index]
  if (!before) return list.concat(usage)
  const sum: TokenUsage = { ...before }
  for (const count of COUNTS) {
    const added = usage[count]
    if (added !== undefined) sum[count] = (before[count] ?? 0) + added
  }
  return list.map((entry, i) => (i === index ? sum : entry))
}
