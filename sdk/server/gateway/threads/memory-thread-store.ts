import { memoryErasures, nextErasure } from '../erasures.js'
import { createNamesByUser } from '../names-by-user.js'
import { bytesOf, type GatewayThreadStore, judgeWrite, type StoredThread, type ThreadHead } from './gateway-thread-store.js'

/** How much a {@link memoryThreadStore} keeps. */
export interface MemoryThreadStoreOptions {
  /** Bytes of all threads together, above which those go that were written longest ago. Default 256 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** How often threads whose time is over are looked for, in milliseconds. */
const sweepMs = 30_000

interface MemoryThread extends StoredThread { userId: string; expiresAt: number }

/** Keeps threads in this process: the default. They end with it; phones that have them bring them back. */
export function memoryThreadStore({ maxBytes = 256 * 1024 * 1024, now = Date.now }: MemoryThreadStoreOptions = {}): GatewayThreadStore {
  // In the order in which they were written.
  const threads = new Map<string, MemoryThread>()
  const nameOf = (userId: string, id: string): string => JSON.stringify([userId, id])
  const names = createNamesByUser()
  const erasures = memoryErasures(now)
  let bytes = 0
  let sweepAt = 0
  const forget = (name: string): void => {
    const thread = threads.get(name)
    if (!thread) return
    threads.delete(name)
    names.delete(thread.userId, name)
    bytes -= weightOf(thread)
  }
  const makeRoom = (): void => {
    if (bytes <= maxBytes && now() < sweepAt) return
    sweepAt = now() + sweepMs
    for (const [name, { expiresAt }] of threads) if (expiresAt <= now() || bytes > maxBytes) forget(name)
  }
  const find = (userId: string, id: string): MemoryThread | undefined => {
    const thread = threads.get(nameOf(userId, id))
    return thread && thread.expiresAt > now() ? thread : undefined
  }
  const ofUser = (userId: string): MemoryThread[] => names.of(userId).map(name => threads.get(name)!).filter(({ expiresAt }) => expiresAt > now())
  return {
    list: async userId => ofUser(userId).reverse().map(headOf),
    async read({ userId, id }) {
      const thread = find(userId, id)
      return thread && { ...headOf(thread), items: thread.items, rest: thread.rest }
    },
    async write({ userId, id }, write) {
      const before = find(userId, id)
      const kept = before?.items.slice(0, write.from) ?? []
      const others = ofUser(userId).filter(thread => thread !== before)
      const { bytes: size, ...judged } = judgeWrite(write, { before, keptBytes: bytesOf(kept), others, erasedAt: erasures.at(userId), now: now() })
      if (judged.type !== 'written') return judged
      const items = [...kept, ...write.items]
      const thread = { userId, id, version: judged.version, at: now(), count: items.length, bytes: size!, items, rest: write.rest, expiresAt: now() + write.ttlMs }
      forget(nameOf(userId, id))
      threads.set(nameOf(userId, id), thread)
      names.add(userId, nameOf(userId, id))
      bytes += weightOf(thread)
      makeRoom()
      return judged
    },
    async delete({ userId, id }) {
      forget(nameOf(userId, id))
    },
    async erase(userId, ttlMs) {
      const versions = ofUser(userId).map(({ version }) => version)
      names.of(userId).forEach(forget)
      erasures.remember(userId, nextErasure(erasures.at(userId), now(), versions), ttlMs)
    },
    erasedAt: async userId => erasures.at(userId),
    async close() {},
  }
}

function headOf({ id, version, at, count, bytes }: ThreadHead): ThreadHead {
  return { id, version, at, count, bytes }
}

/** What a thread weighs: its bytes, and about what keeping it and its items costs. */
function weightOf({ bytes, count }: MemoryThread): number {
  return bytes + 32 * count + 512
}
