/** What can be limited. Each is looked at before a step: one that has begun is finished, so a run goes over by one step at most. */
export interface BudgetLimits {
  /** Tokens in and out, of all models. */
  tokens?: number
  /** In the currency of the budget, by its price table. */
  cost?: number
  /** Calls of a model. */
  steps?: number
  toolCalls?: number
  /** Milliseconds. Time in which a person is asked does not count. For a run only. */
  wallMs?: number
}

export type LimitName = keyof BudgetLimits
/** What a limit holds for: one answer with all its resumes, a conversation, or all of a day on this phone. */
export type BudgetScope = 'run' | 'thread' | 'day'

/** A limit that is used up, or nearly. */
export interface SpentLimit { scope: BudgetScope; limit: LimitName; used: number; of: number }

/** How much has been used. */
export type Counts = Record<LimitName, number>

export const LIMIT_NAMES: readonly LimitName[] = ['tokens', 'cost', 'steps', 'toolCalls', 'wallMs']

export const noCounts = (): Counts => ({ tokens: 0, cost: 0, steps: 0, toolCalls: 0, wallMs: 0 })

/** What one scope may use and has used. */
export interface Account {
  readonly scope: BudgetScope
  readonly limits: BudgetLimits
  counts(): Counts
  /** Limits whose warning has been given. */
  readonly warned: Set<string>
}

/** All limits of which at least this share is used, the narrowest scope first. */
export function spentLimits(accounts: readonly Account[], share: number): SpentLimit[] {
  const spent: SpentLimit[] = []
  for (const { scope, limits, counts } of accounts) {
    for (const limit of LIMIT_NAMES) {
      const of = limits[limit]
      const used = counts()[limit]
      if (of !== undefined && used >= of * share) spent.push({ scope, limit, used, of })
    }
  }
  return spent
}

/**
 * Allows more, on top of what has been used. Without amounts each limit that is used up is granted once more.
 * @param own what was allowed in the beginning.
 */
export function raiseLimits({ limits, counts, warned }: Account, own: BudgetLimits, more?: BudgetLimits): void {
  for (const name of LIMIT_NAMES) {
    const of = limits[name]
    const used = counts()[name]
    const grant = more ? more[name] : used >= of! ? own[name] : undefined
    if (of === undefined || typeof grant !== 'number') continue
    limits[name] = Math.max(of, used) + grant
    warned.delete(name)
  }
}
