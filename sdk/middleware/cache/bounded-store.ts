import type { KeyValueStore } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'

/** Texts in a store, of which the oldest are dropped when there are too many. What fails is told, and changes nothing. */
export interface BoundedStore {
  /** Answers at once or later, `undefined` where there is none. */
  get(key: string, done: (text: string | undefined) => void): void
  put(key: string, text: string): void
}

export function boundedStore(store: KeyValueStore, prefix: string, maxEntries: number, onFailure: (message: string) => void): BoundedStore {
  // Keys from the oldest on, as far as they were put here.
  let index: string[] = []
  const told = (failure: { errMsg: string } | null): void => {
    if (failure) onFailure(failure.errMsg)
  }
  const get: BoundedStore['get'] = (key, done) =>
    attempt(onFailure, () => store.get(prefix + key, (failure, text) => {
      told(failure)
      done(failure ? undefined : text)
    }), () => done(undefined))
  // Read each time: other caches may have the same store.
  const withIndex = (use: (keys: string[]) => void): void =>
    get('index', text => {
      const read = parseJson(text ?? '')
      const own = new Set(index)
      use((Array.isArray(read) ? (read as string[]) : []).filter(key => !own.has(key)).concat(index))
    })
  return {
    get,
    put(key, text) {
      withIndex(keys => {
        const kept = keys.filter(other => other !== key).concat(key)
        const dropped = kept.splice(0, Math.max(0, kept.length - maxEntries))
        index = kept
        attempt(onFailure, () => {
          dropped.forEach(old => store.delete(prefix + old, told))
          store.set(prefix + key, text, told)
          store.set(prefix + 'index', JSON.stringify(kept), told)
        })
      })
    },
  }
}

/** A store that lasts as long as the object. */
export function memoryStore(): KeyValueStore {
  const texts = new Map<string, string>()
  return {
    get: (key, done) => done(null, texts.get(key)),
    set(key, text, done) {
      texts.set(key, text)
      done(null)
    },
    delete(key, done) {
      texts.delete(key)
      done(null)
    },
  }
}

function attempt(onFailure: (message: string) => void, work: () => void, failed?: () => void): void {
  try {
    work()
  } catch (thrown) {
    onFailure(String(thrown))
    failed?.()
  }
}
