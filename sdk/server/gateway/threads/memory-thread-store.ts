import { bytesOf, judgeWrite, type StoredThread, type ThreadHead, type ThreadStore } from './thread-store.js'

/** How much a {@link memoryThreadStore} keeps. */
export interface MemoryThreadStoreOptions {
  /** Bytes of all threads together, above which those go that were written longest ago. Default 256 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

interface MemoryThread extends StoredThread { userId: string; expiresAt: number }

/** Keeps threads in this process: the default. They end with it; phones that have them bring them back. */
export function memoryThreadStore({ maxBytes = 256 * 1024 * 1024, now = Date.now }: MemoryThreadStoreOptions = {}): ThreadStore {
  // In the order in which they were written.
  const threads = new Map<string, MemoryThread>()
  const nameOf = (userId: string, id: string): string => JSON.stringify([userId, id])
  const makeRoom = (): void => {
    let bytes = [...threads.values()].reduce((sum, thread) => sum + thread.bytes, 0)
    for (const [name, thread] of threads) {
      if (thread.expiresAt > now() && bytes <= maxBytes) continue
      threads.delete(name)
      bytes -= thread.bytes
    }
  }
  const find = (userId: string, id: string): MemoryThread | undefined => {
    const thread = threads.get(nameOf(userId, id))
    return thread && thread.expiresAt > now() ? thread : undefined
  }
  const ofUser = (user: string): MemoryThread[] => [...threads.values()].filter(({ userId, expiresAt }) => userId === user && expiresAt > now())
  return {
    list: async userId => ofUser(userId).reverse().map(headOf),
    async read({ userId, id }) {
      const thread = find(userId, id)
      return thread && { ...headOf(thread), items: thread.items, rest: thread.rest }
    },
    async write({ userId, id }, write) {
      const before = find(userId, id)
      const kept = before?.items.slice(0, write.from) ?? []
      const { bytes, ...judged } = judgeWrite(write, before, bytesOf(kept), ofUser(userId).filter(thread => thread !== before), now())
      if (judged.type !== 'written') return judged
      const items = [...kept, ...write.items]
      threads.delete(nameOf(userId, id))
      threads.set(nameOf(userId, id), { userId, id, version: judged.version, at: now(), count: items.length, bytes: bytes!, items, rest: write.rest, expiresAt: now() + write.ttlMs })
      makeRoom()
      return judged
    },
    async delete({ userId, id }) {
      threads.delete(nameOf(userId, id))
    },
    async erase(user) {
      for (const [name, { userId }] of threads) if (userId === user) threads.delete(name)
    },
    async close() {},
  }
}

function headOf({ id, version, at, count, bytes }: ThreadHead): ThreadHead {
  return { id, version, at, count, bytes }
}
