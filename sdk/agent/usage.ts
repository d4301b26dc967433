import type { RunContext } from '../contracts.js'
import type { TokenUsage } from '../protocol/messages.js'

/**
 * Adds one model call's usage to a run's: one entry per provider and model, an unknown count stays unknown. The list
 * changes; an entry that is in it does not.
 */
export function addUsage(list: TokenUsage[], usage: TokenUsage): void {
  const index = list.findIndex(({ provider, model }) => provider === usage.provider && model === usage.model)
  if (index < 0) return void list.push(usage)
  const sum: Record<string, unknown> = { ...list[index] }
  for (const [count, added] of Object.entries(usage)) if (typeof added === 'number') sum[count] = ((sum[count] as number | undefined) || 0) + added
  list[index] = sum
}

/** The context of a run whose charges, and those of runs inside it, are heard of up to the moment it is cancelled: before the budget. */
export function onCharge(context: RunContext, hear: (usage: TokenUsage) => void): RunContext {
  const { budget } = context
  return {
    ...context,
    budget: {
      exhausted: () => budget.exhausted(),
      charge(usage) {
        hear(usage)
        budget.charge(usage)
      },
    },
  }
}
