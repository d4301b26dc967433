import type { HostCallback, HostFailure, Storage } from '../../sdk/platform/platform.js'
import { classifyWebFailure } from './web-failure.js'
import type { WebPage } from './web-page.js'

/** What stores texts as a browser does. */
export type WebStore = NonNullable<WebPage['localStorage']>

const PROBE = 'sampan:probe'

/** The page's `localStorage`, or `undefined` where the browser has none, blocks it, or (in private mode) takes nothing. */
export function findLocalStorage(page: WebPage): WebStore | undefined {
  try {
    const store = page.localStorage
    // One that holds something works, even if it is too full for a probe.
    if (store?.length === 0) {
      store.setItem(PROBE, '')
      store.removeItem(PROBE)
    }
    return store
  } catch {
    return undefined
  }
}

/** A store that lives as long as the page. */
export function memoryStore(): WebStore {
  const entries = new Map<string, string>()
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
    key: (index) => [...entries.keys()][index] ?? null,
    get length() {
      return entries.size
    },
  }
}

/**
 * The port's storage over a browser's. It answers before the call returns: what is written while a page is being left
 * must be written by then.
 */
export function webStorage(store: WebStore): Storage {
  return {
    get: (key, done) => answer(done, () => store.getItem(key) ?? undefined),
    set: (key, value, done) => answer(done, () => store.setItem(key, value)),
    delete: (key, done) => answer(done, () => store.removeItem(key)),
    keys: (done) => answer(done, () => Array.from({ length: store.length }, (_, index) => store.key(index)!)),
  }
}

function answer<T>(done: HostCallback<T>, work: () => T): void {
  let failure: HostFailure | null = null
  let value: T | undefined
  try {
    value = work()
  } catch (thrown) {
    failure = classifyWebFailure({}, thrown)
  }
  done(failure, value)
}
