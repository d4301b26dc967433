import type { Frame } from '../frames.js'
import { createLogNotes } from './log-notes.js'
import { keyText, type LogAppend, type LogKey, type LogStore, weightOf } from './log-store.js'

/** How much a {@link memoryLogStore} keeps. */
export interface MemoryLogStoreOptions {
  /** Bytes of all logs together, above which the ones that ended first are forgotten. Default 256 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

interface MemoryLog {
  key: LogKey
  frames: Frame[]
  /** Number of `frames[0]`. */
  first: number
  bytes: number
  isDone: boolean
  expiresAt: number
}

/** How often logs whose time is over are looked for, in milliseconds. */
const sweepMs = 30_000

/** The logs of this process, and what they weigh together. */
interface Shelf {
  find(key: LogKey): MemoryLog | undefined
  all(): MemoryLog[]
  put(key: LogKey, ttlMs: number): void
  add(log: MemoryLog, append: LogAppend): void
  forget(log: MemoryLog): void
}

/** Keeps logs in this process: the default. They end with it, and no other gateway sees them. */
export function memoryLogStore({ maxBytes = 256 * 1024 * 1024, now = Date.now }: MemoryLogStoreOptions = {}): LogStore {
  const shelf = createShelf(maxBytes, now)
  const notes = createLogNotes()
  return {
    async create(key, ttlMs) {
      if (shelf.find(key)) return false
      shelf.put(key, ttlMs)
      return true
    },
    async append(key, append) {
      const log = shelf.find(key)
      if (!log || (log.isDone && append.frames.at(-1)!.seq > lastOf(log))) return false
      shelf.add(log, append)
      notes.tell(key, 'grown')
      return true
    },
    async read(key, after, limit) {
      const log = shelf.find(key)
      if (!log) return undefined
      const { first, isDone } = log
      const from = Math.max(0, after + 1 - first)
      return { frames: log.frames.slice(from, from + limit), first, last: lastOf(log), isDone, isOrphan: false }
    },
    async delete(key) {
      const log = shelf.find(key)
      if (log) shelf.forget(log)
      notes.tell(key, 'grown')
    },
    async erase(userId) {
      for (const log of shelf.all().filter(({ key }) => key.userId === userId)) {
        shelf.forget(log)
        notes.tell(log.key, 'cancel')
      }
    },
    tell: notes.tell,
    watch: notes.watch,
    async close() {},
  }
}

function createShelf(maxBytes: number, now: () => number): Shelf {
  // In the order in which they were made or ended: the first are the first to go.
  const logs = new Map<string, MemoryLog>()
  let bytes = 0
  let sweepAt = 0
  const forget = (log: MemoryLog): void => {
    if (logs.get(keyText(log.key)) !== log) return
    logs.delete(keyText(log.key))
    bytes -= log.bytes
  }
  const weigh = (log: MemoryLog, more: number): void => {
    log.bytes += more
    bytes += more
  }
  const makeRoom = (): void => {
    const time = now()
    if (bytes <= maxBytes && time < sweepAt) return
    sweepAt = time + sweepMs
    for (const log of logs.values()) if (log.expiresAt <= time || (bytes > maxBytes && log.isDone)) forget(log)
  }
  return {
    all: () => [...logs.values()],
    forget,
    find(key) {
      const log = logs.get(keyText(key))
      if (!log || log.expiresAt > now()) return log
      forget(log)
      return undefined
    },
    put(key, ttlMs) {
      makeRoom()
      logs.set(keyText(key), { key, frames: [], first: 1, bytes: 0, isDone: false, expiresAt: now() + ttlMs })
    },
    add(log, { frames, isLast, keepFrom = 0, ttlMs }) {
      const fresh = frames.filter(({ seq }) => seq > lastOf(log))
      log.frames.push(...fresh)
      const dropped = log.frames.splice(0, Math.max(0, keepFrom - log.first))
      log.first += dropped.length
      weigh(log, weightOf(fresh) - weightOf(dropped))
      log.expiresAt = now() + ttlMs
      if (isLast) {
        log.isDone = true
        logs.delete(keyText(log.key))
        logs.set(keyText(log.key), log)
      }
      makeRoom()
    },
  }
}

function lastOf({ first, frames }: MemoryLog): number {
  return first + frames.length - 1
}
