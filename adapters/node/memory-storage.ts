import type { Storage } from '../../sdk/platform/platform.js'

/** A storage that lives as long as the process. It answers later, like a phone's, so that no caller leans on luck. */
export function memoryStorage(): Storage {
  const entries = new Map<string, string>()
  return {
    get(key, done) {
      const value = entries.get(key)
      queueMicrotask(() => done(null, value))
    },
    set(key, value, done) {
      entries.set(key, value)
      queueMicrotask(() => done(null))
    },
    delete(key, done) {
      entries.delete(key)
      queueMicrotask(() => done(null))
    },
    keys(done) {
      const keys = [...entries.keys()]
      queueMicrotask(() => done(null, keys))
    },
  }
}
