import { keyText, type LogKey, type LogNote, type LogStore } from './log-store.js'

/** What is said about logs inside this process. */
export type LogNotes = Pick<LogStore, 'tell' | 'watch'>

/** Tells those who watch in this process. */
export function createLogNotes(): LogNotes {
  const listeners = new Map<string, Set<(note: LogNote) => void>>()
  return {
    tell(key, note) {
      for (const listener of [...(listeners.get(keyText(key)) ?? [])]) listener(note)
    },
    watch(key: LogKey, listener) {
      const name = keyText(key)
      const own = (note: LogNote): void => listener(note)
      const all = listeners.get(name) ?? new Set()
      listeners.set(name, all.add(own))
      return () => {
        all.delete(own)
        if (all.size === 0 && listeners.get(name) === all) listeners.delete(name)
      }
    },
  }
}
