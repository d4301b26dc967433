import type { ApprovalCall, ApprovalDecision } from '../contracts.js'

/** A call that was allowed: when, for how much, and which it was. */
export interface SpentAmount { readonly id: string; readonly at: number; readonly amount: number }

/** Keeps what a limit has allowed. Synchronous, since a call is judged inside a tap: give it the host's synchronous storage. */
export interface SpentStore {
  load(): readonly SpentAmount[] | undefined
  save(spent: readonly SpentAmount[]): void
}

export interface LimitPerWindowOptions<Args> {
  /** How much one call stands for: money, messages, copies. What is no positive number is asked about. */
  amount: (args: Args) => number
  /** How much all calls of a window may come to without a question. */
  max: number
  /** How long a call counts, in milliseconds: 86 400 000 is a day. */
  windowMs: number
  /** What is said about a call that would go beyond. Default `ask`. */
  otherwise?: Exclude<ApprovalDecision, 'allow'>
  /** Default: in memory, so that closing the app forgets what was spent. */
  store?: SpentStore
}

/**
 * A rule that lets calls through as long as all of them in a window stay within an amount. It counts what it allows, when
 * it allows it; what a person approved by hand is the person's, and does not count. A call that is judged twice (after a
 * kill, say) counts once. One rule a limit: tools that share the limit share the rule.
 *
 * @example
 * const policy = { pay: limitPerWindow({ amount: ({ total }: { total: number }) => total, max: 100, windowMs: 86_400_000 }) }
 */
export function limitPerWindow<Args>(options: LimitPerWindowOptions<Args>): (args: Args, call: ApprovalCall) => ApprovalDecision {
  const { amount, max, windowMs, otherwise = 'ask', store = memoryStore() } = options
  return (args, { toolCallId, runId, now }) => {
    const wanted = amount(args)
    const id = runId + '/' + toolCallId
    // A clock that was set back leaves entries of the future: they count until their time has come and gone.
    const others = (store.load() ?? []).filter(entry => entry.id !== id && entry.at > now - windowMs)
    const spent = others.reduce((sum, entry) => sum + entry.amount, 0)
    // Written so that NaN is refused as well.
    if (!(wanted >= 0 && spent + wanted <= max)) return otherwise
    store.save(others.concat({ id, at: now, amount: wanted }))
    return 'allow'
  }
}

function memoryStore(): SpentStore {
  let spent: readonly SpentAmount[] = []
  return { load: () => spent, save: next => void (spent = next) }
}
