import { Observable } from 'rxjs'
import { countsOf, LIMIT_NAMES, type Counts } from './limits.js'
import type { KeyValueStore, RunContext } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'

/** What is kept of a conversation, or of a day. */
interface Kept { version: 1; day?: string | undefined; counts: Counts; warned: string[] }

/** Counts that outlive a run. All runs that share a budget share them; the store is read once, and again if they were forgotten. */
export interface StoredCounts {
  /** Limits whose warning has been given. */
  readonly warned: Set<string>
  /** Where they are of a day, with another day they begin anew. */
  counts(): Counts
  /** Completes when what was stored is there, at once if it is. */
  readonly loaded: Observable<never>
  /** A run uses them from now on. */
  begin(): void
  /** @param isOver the run uses them no more. */
  save(isOver?: boolean): void
  isIdle(): boolean
}

/** The counts of one budget, by key. */
type KeptCounts = (key: string, isDaily: boolean, context: RunContext) => StoredCounts

/** Keeps counts that outlive a run. Made by `countStore`. Each budget has its own in memory. */
export type CountStore = () => KeptCounts

/** So many counts a budget has in memory: of some 10 MB. A phone has a handful, a gateway one of each user and thread. */
const MAX_COUNTS = 10_000

/**
 * Keeps what was used by conversations and days, for a budget: `platform.storage` counts for this phone.
 *
 * Of users and conversations a budget has the last 10,000 in memory. The others, but not while a run goes on, are forgotten
 * there and read again when they come back.
 *
 * @example
 * budget({ day: { tokens: 200_000 }, store: countStore(platform.storage) })
 */
export function countStore(store: KeyValueStore): CountStore {
  return () => {
    // Those that were asked for last stand last.
    const kept = new Map<string, StoredCounts>()
    return (key, isDaily, context) => {
      const counts = kept.get(key) || storedCounts(store, 'sampan/budget/' + key, isDaily, context)
      kept.delete(key)
      kept.set(key, counts)
      for (const [old, { isIdle }] of kept) {
        if (kept.size <= MAX_COUNTS) break
        if (isIdle()) kept.delete(old)
      }
      return counts
    }
  }
}

function storedCounts(store: KeyValueStore, key: string, isDaily: boolean, { trace, clock }: RunContext): StoredCounts {
  const warned = new Set<string>()
  const now = countsOf()
  const waiting = new Set<() => void>()
  let day: string | undefined
  let isLoaded = false
  let runs = 0
  const failed = (message: string): void => trace('budget-store-failed', { key, message })
  /** What was used before it had been read is added to it: a tap on "approve" cannot wait for storage. */
  const load = (text = ''): void => {
    if (isLoaded) return
    isLoaded = true
    const kept = Object(parseJson(text)) as Partial<Kept>
    if (kept.version === 1 && (day === undefined || kept.day === day)) {
      const counts = countsOf(kept.counts)
      for (const name of LIMIT_NAMES) now[name] += counts[name]
      day = kept.day
      new Set(kept.warned).forEach(name => warned.add(name))
    }
    waiting.forEach(done => done())
  }
  /** A store that throws is one that fails: what is known goes on to count. */
  const safely = (work: () => void): void => {
    try {
      work()
    } catch (thrown) {
      failed(String(thrown))
      load()
    }
  }
  safely(() => store.get(key, (failure, text) => {
    if (failure) failed(failure.errMsg)
    load(failure ? '' : text)
  }))
  return {
    warned,
    counts() {
      const today = isDaily ? dayOf(clock.now()) : undefined
      if (today !== day) {
        if (day !== undefined) {
          Object.assign(now, countsOf())
          warned.clear()
        }
        day = today
      }
      return now
    },
    loaded: new Observable(subscriber => {
      const done = (): void => subscriber.complete()
      if (isLoaded) return done()
      waiting.add(done)
      return () => void waiting.delete(done)
    }),
    begin: () => void runs++,
    isIdle: () => !runs,
    save(isOver) {
      if (isOver) runs--
      // Until it has been read, what is known is less than what is stored.
      if (!isLoaded) return
      const kept: Kept = { version: 1, day, counts: now, warned: Array.from(warned) }
      safely(() => store.set(key, JSON.stringify(kept), failure => failure && failed(failure.errMsg)))
    },
  }
}

/** The date on the phone, `2024-5-31`. */
function dayOf(ms: number): string {
  const date = new Date(ms)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].join('-')
}
