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

/** Counts as they were kept; what is no number is 0. */
export function countsOf(kept?: Partial<Counts>): Counts {
  const counts = {} as Counts
  for (const name of LIMIT_NAMES) counts[name] = Number(Object(kept)[name]) || 0
  return counts
}

/** What one scope may use and has used. */
export interface Account {
  readonly scope: BudgetScope
  readonly limits: BudgetLimits
  counts(): Counts
  /** Limits whose warning has been given. */
  readonly warned: Set<string>
}
