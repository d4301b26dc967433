import { Observable } from 'rxjs'
import { countsOf, LIMIT_NAMES, type Counts } from './limits.js'
import type { KeyValueStore, RunContext } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'

/** What is kept of a conversation, or of a day. */
interface Kept { version: 1; day?: string | undefined; counts: Counts; warned: string[] }

/** Counts that outlive a run. All runs that share a budget share them; the store is read once. */
export interface StoredCounts {
  /** Limits whose warning has been given. */
  readonly warned: Set<string>
  /** Where they are of a day, with another day they begin anew. */
  counts(): Counts
  /** Completes when what was stored is there, at once if it is. */
  readonly loaded: Observable<never>
  save(): void
}

/** Keeps counts that outlive a run. Made by `countStore`. */
export type CountStore = (key: string, isDaily: boolean, context: RunContext) => StoredCounts

/**
 * Keeps what was used by conversations and days, for a budget: `platform.storage` counts for this phone.
 *
 * @example
 * budget({ day: { tokens: 200_000 }, store: countStore(platform.storage) })
 */
export function countStore(store: KeyValueStore): CountStore {
  return (key, isDaily, context) => storedCounts(store, 'sampan/budget/' + key, isDaily, context)
}

function storedCounts(store: KeyValueStore, key: string, isDaily: boolean, { trace, clock }: RunContext): StoredCounts {
  const warned = new Set<string>()
  const now = countsOf()
  const waiting = new Set<() => void>()
  let day: string | undefined
  let isLoaded = false
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
    save() {
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
