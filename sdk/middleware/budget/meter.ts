import { budgetZh, type BudgetWords } from './budget-words.js'
import { LIMIT_NAMES, noCounts, raiseLimits, spentLimits, type Account, type BudgetLimits, type BudgetScope, type Counts, type LimitName, type SpentLimit } from './limits.js'
import { costOf, priceKey, tokensOf } from './price.js'
import type { PriceTable } from '../../contracts.js'
import type { TokenUsage } from '../../protocol/messages.js'

export interface MeterOptions {
  readonly prices?: PriceTable
  readonly currency?: string
  readonly unknownPrice?: 'refuse' | 'ignore'
  readonly warnAt?: number
  readonly words?: BudgetWords
}

/** What a budget remembers of an answer that waits for a person. */
export interface KeptBudget {
  readonly counts: Counts
  readonly limits: { readonly [scope in BudgetScope]?: BudgetLimits }
  readonly warned: readonly string[]
  readonly isAnyPriceGood: boolean
  readonly hasAsked: boolean
}

/** Why a run may not go on. */
export interface Spent { readonly message: string; readonly limit?: SpentLimit; readonly unpriced?: string }

/** Counts what a run uses, against all limits at once. */
export interface Meter {
  /** @param sign −1 takes back what turned out to be counted twice. */
  charge(usage: TokenUsage, sign?: 1 | -1): void
  count(name: LimitName): void
  spent(): Spent | undefined
  /** Limits that are nearly used up and were not told of before, with what to tell. */
  warnings(): (SpentLimit & { message: string })[]
  /** A person allows more; how much of what, or without amounts the same once more. */
  raise(more: BudgetLimits | undefined): void
  /** @param hasAsked whether it was this budget that asked the person. */
  kept(hasAsked: boolean): KeptBudget
}

export function createMeter(options: MeterOptions, accounts: readonly Account[], own: (scope: BudgetScope) => BudgetLimits, before: Partial<KeptBudget>): Meter {
  const { prices = {}, currency = 'CNY', unknownPrice = 'refuse', warnAt = 0.8, words = budgetZh } = options
  let isAnyPriceGood = unknownPrice === 'ignore' || before.isAnyPriceGood === true
  let unpriced: string | undefined
  const warnedOf = (name: BudgetScope): Account['warned'] => accounts.find(({ scope }) => scope === name)!.warned
  const isCostLimited = accounts.some(({ limits }) => limits.cost !== undefined)
  return {
    charge(usage, sign = 1) {
      const cost = costOf(usage, prices)
      const isKnown = cost?.currency === currency
      if (!isKnown && isCostLimited) unpriced = priceKey(usage)
      for (const { counts } of accounts) {
        counts().tokens += sign * tokensOf(usage)
        if (isKnown) counts().cost += sign * cost.amount
      }
    },
    count(name) {
      for (const { counts } of accounts) counts()[name]++
    },
    spent() {
      const [limit] = spentLimits(accounts, 1)
      if (limit) return { message: words.spent(limit), limit }
      return unpriced === undefined || isAnyPriceGood ? undefined : { message: words.priceUnknown(unpriced), unpriced }
    },
    warnings() {
      const fresh = spentLimits(accounts, warnAt).filter(({ scope, limit }) => !warnedOf(scope).has(limit))
      return fresh.map(limit => {
        warnedOf(limit.scope).add(limit.limit)
        return { ...limit, message: words.nearlySpent(limit) }
      })
    },
    raise(more) {
      for (const account of accounts) raiseLimits(account, own(account.scope), more)
      isAnyPriceGood = true
    },
    kept(hasAsked) {
      const [run] = accounts as [Account]
      const limits: Record<string, BudgetLimits> = {}
      for (const account of accounts) limits[account.scope] = { ...account.limits }
      return { counts: { ...run.counts() }, limits, warned: Array.from(run.warned), isAnyPriceGood, hasAsked }
    },
  }
}

/** The account of a run: it goes on with what an answer had used before it asked a person. */
export function runAccount(limits: BudgetLimits, { counts: used, warned = [] }: Partial<KeptBudget>, now: () => number): Account {
  const counts = noCounts()
  for (const name of LIMIT_NAMES) counts[name] = Number(used?.[name]) || 0
  const startedAt = now() - counts.wallMs
  return {
    scope: 'run',
    limits,
    warned: new Set(warned),
    counts() {
      counts.wallMs = now() - startedAt
      return counts
    },
  }
}
