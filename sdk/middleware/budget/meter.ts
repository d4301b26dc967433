import { budgetZh, type BudgetWords } from './budget-words.js'
import { countsOf, LIMIT_NAMES, type Account, type BudgetLimits, type BudgetScope, type Counts, type LimitName, type SpentLimit } from './limits.js'
import { costOf, priceKey, tokensOf } from './price.js'
import type { PriceTable } from '../../contracts.js'
import type { TokenUsage } from '../../protocol/messages.js'

export interface MeterOptions extends Partial<Record<BudgetScope, BudgetLimits>> {
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
  /** What it has asked a person about. */
  readonly asked: 'nothing' | 'limit' | 'price'
  /** What another budget keeps that stands inside this one. */
  readonly inner?: unknown
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
  /** A person allows what was asked about: more, so much of what, or without amounts the same once more; or any price. */
  raise(more: BudgetLimits | undefined): void
  /** @param asked why this budget lets a person be asked. */
  kept(asked: Spent | undefined): KeptBudget
}

export function createMeter(options: MeterOptions, accounts: readonly Account[], before: Partial<KeptBudget>): Meter {
  const { prices = {}, currency = 'CNY', unknownPrice, warnAt = 0.8, words = budgetZh } = options
  let isAnyPriceGood = unknownPrice === 'ignore' || before.isAnyPriceGood === true
  let unpriced: string | undefined
  const isCostLimited = accounts.some(({ limits }) => limits.cost !== undefined)
  /** All limits of which at least this share is used, the narrowest scope first. */
  const over = (share: number, isFresh = false): SpentLimit[] => {
    const spent: SpentLimit[] = []
    eachLimit(accounts, ({ scope, warned }, limit, used, of) => {
      if (used >= of * share && !(isFresh && warned.has(limit))) spent.push({ scope, limit, used, of })
      if (isFresh && used >= of * share) warned.add(limit)
    })
    return spent
  }
  return {
    charge(usage, sign = 1) {
      const cost = costOf(usage, prices)
      const isKnown = cost && cost.currency === currency
      if (!isKnown && isCostLimited) unpriced = priceKey(usage)
      for (const { counts } of accounts) {
        const all = counts()
        all.tokens += sign * tokensOf(usage)
        if (isKnown) all.cost += sign * cost.amount
      }
    },
    count(name) {
      for (const { counts } of accounts) counts()[name]++
    },
    spent() {
      const [limit] = over(1)
      if (limit) return { message: words.spent(limit), limit }
      return unpriced === undefined || isAnyPriceGood ? undefined : { message: words.priceUnknown(unpriced), unpriced }
    },
    warnings: () => over(warnAt, true).map(limit => ({ ...limit, message: words.nearlySpent(limit) })),
    raise(more) {
      if (before.asked === 'price') isAnyPriceGood = true
      eachLimit(accounts, ({ scope, limits, warned }, name, used, of) => {
        const grant = more ? more[name] : used >= of && options[scope]![name]
        if (typeof grant !== 'number') return
        limits[name] = Math.max(of, used) + grant
        warned.delete(name)
      })
    },
    kept(asked) {
      const [run] = accounts as [Account]
      const limits: Record<string, BudgetLimits> = {}
      for (const account of accounts) limits[account.scope] = account.limits
      return { counts: { ...run.counts() }, limits, warned: Array.from(run.warned), isAnyPriceGood, asked: asked ? (asked.limit ? 'limit' : 'price') : 'nothing' }
    },
  }
}

/** Looks at all that is limited. */
function eachLimit(accounts: readonly Account[], look: (account: Account, limit: LimitName, used: number, of: number) => void): void {
  for (const account of accounts) {
    for (const name of LIMIT_NAMES) {
      const of = account.limits[name]
      if (of !== undefined) look(account, name, account.counts()[name], of)
    }
  }
}

/** The account of a run: it goes on with what an answer had used before it asked a person. */
export function runAccount(limits: BudgetLimits, { counts: used, warned }: Partial<KeptBudget>, now: () => number): Account {
  const counts = countsOf(used)
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
