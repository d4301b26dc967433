import { onCharge } from './usage.js'
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
  let isCharged = false
  return {
    context: onCharge(context, () => void (isCharged = true)),
    ended(usage = []) {
      if (!isCharged) usage.forEach(used => context.budget.charge(used))
    },
  }
}
