import type { RunContext } from '../contracts.js'
import type { TokenUsage } from '../protocol/messages.js'

/** A context for the run of an agent that may be elsewhere, and who is told what that says it has used. */
export interface ChargeOnce {
  readonly context: RunContext
  /** Takes the usage that stands in the run's end. */
  ended(usage?: readonly TokenUsage[]): void
}

/** Charges the budget once: as the agent uses it, where it runs here; at its end, where nobody here knew before. */
export function chargeOnce(context: RunContext): ChargeOnce {
  const { budget } = context
  let isCharged = false
  const charge = (usage: TokenUsage): void => {
    isCharged = true
    budget.charge(usage)
  }
  return {
    context: { ...context, budget: { exhausted: () => budget.exhausted(), charge } },
    ended(usage = []) {
      if (!isCharged) usage.forEach(charge)
    },
  }
}
