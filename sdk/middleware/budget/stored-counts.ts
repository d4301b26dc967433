import { Observable } from 'rxjs'
import { LIMIT_NAMES, noCounts, type Counts } from './limits.js'
import type { KeyValueStore, Trace } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'

/** What is kept of a conversation, or of a day. */
interface Kept { version: 1; day?: string; counts: Counts; warned: string[] }

/** Counts that outlive a run. All runs that share a budget share them; the store is read once. */
export class StoredCounts {
  /** Limits whose warning has been given. */
  readonly warned = new Set<string>()
  private readonly now = noCounts()
  private day: string | undefined
  private isLoaded = false
  private readonly waiting = new Set<() => void>()

  constructor(private readonly store: KeyValueStore, private readonly key: string, private readonly tell: Trace) {
    this.safely(() =>
      store.get(key, (failure, text) => {
        this.failed(failure)
        this.load(failure ? undefined : text)
      }),
    )
  }

  /** @param today where they are of a day: with another day they begin anew. */
  counts(today?: string): Counts {
    if (today !== this.day && today !== undefined) {
      if (this.day !== undefined) {
        Object.assign(this.now, noCounts())
        this.warned.clear()
      }
      this.day = today
    }
    return this.now
  }

  /** Completes when what was stored is there, at once if it is. */
  loaded(): Observable<never> {
    return new Observable(subscriber => {
      const done = (): void => subscriber.complete()
      if (this.isLoaded) return done()
      this.waiting.add(done)
      return () => void this.waiting.delete(done)
    })
  }

  save(): void {
    // Until it has been read, what is known is less than what is stored.
    if (!this.isLoaded) return
    const kept: Kept = { version: 1, day: this.day, counts: this.now, warned: Array.from(this.warned) }
    this.safely(() => this.store.set(this.key, JSON.stringify(kept), failure => this.failed(failure)))
  }

  /** What was used before it had been read is added to it: a tap on "approve" cannot wait for storage. */
  private load(text: string | undefined): void {
    if (this.isLoaded) return
    this.isLoaded = true
    const kept = Object(parseJson(text ?? '')) as Partial<Kept>
    if (kept.version === 1 && (this.day === undefined || kept.day === this.day)) {
      for (const name of LIMIT_NAMES) this.now[name] += Number(kept.counts?.[name]) || 0
      this.day = kept.day
      kept.warned?.forEach(name => this.warned.add(name))
    }
    this.waiting.forEach(done => done())
    this.waiting.clear()
  }

  /** A store that throws is one that fails: what is known goes on to count. */
  private safely(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.failed({ errMsg: String(thrown) })
      this.load(undefined)
    }
  }

  private failed(failure: { errMsg: string } | null): void {
    if (failure) this.tell('budget-store-failed', { key: this.key, message: failure.errMsg })
  }
}

/** The date on the phone, `2024-5-31`. */
export function dayOf(ms: number): string {
  const date = new Date(ms)
  return date.getFullYear() + '-' + (date.getMonth() + 1) + '-' + date.getDate()
}
