/** Whose thread it is, and the id its app gave it. The same id of another user is another thread. */
export interface ThreadKey { userId: string; id: string }

/** A thread without what was said in it. */
export interface ThreadHead {
  id: string
  /** Another with each write, never one it had before. */
  version: number
  /** Milliseconds since 1970, of the last write. */
  at: number
  /** How many items it has. */
  count: number
  /** Bytes of its items and its rest. */
  bytes: number
}

/** A whole thread. Items and rest are JSON that only phones read. */
export interface StoredThread extends ThreadHead {
  items: string[]
  rest: string
}

/** What is to be another in a thread. */
export interface ThreadWrite {
  /** The version it follows; where there is no thread, {@link GatewayThreadStore.erasedAt}. */
  after: number
  /** Items before this one stay, all others go. */
  from: number
  /** What stands behind them. */
  items: string[]
  rest: string
  /** Milliseconds for which it is kept from now on. */
  ttlMs: number
  /** How many threads one user may have, and how many bytes in all. */
  maxThreads: number
  maxBytes: number
}

/** What became of it: the new version; or nothing was written, because the thread is of this version by now, or there is no room. */
export type ThreadWritten = { type: 'written' | 'conflict'; version: number } | { type: 'full' }

/**
 * Where a gateway keeps its copies of threads; where a phone keeps its own is its `ThreadStore`. Any gateway may write any thread; of two that follow the same version one succeeds.
 * Implementations pass the suite in `__fixtures__/thread-store-suite.ts`.
 */
export interface GatewayThreadStore {
  /** The threads of a user, those written last first. */
  list(userId: string): Promise<ThreadHead[]>
  read(key: ThreadKey): Promise<StoredThread | undefined>
  write(key: ThreadKey, write: ThreadWrite): Promise<ThreadWritten>
  delete(key: ThreadKey): Promise<void>
  /**
   * Deletes all threads of a user, and remembers it for `ttlMs` milliseconds: what was sent before, and comes late, follows
   * what was there before, and is refused.
   */
  erase(userId: string, ttlMs: number): Promise<void>
  /**
   * When all threads of a user were erased, in milliseconds since 1970, above every version they had. It is the version of each
   * that is not there. 0: they never were, or that is forgotten.
   */
  erasedAt(userId: string): Promise<number>
  /** Ends connections and timers. Nothing may be called after it. */
  close(): Promise<void>
}

/** What a write is judged by. */
export interface WriteFacts {
  /** The thread, if there is one. */
  before: ThreadHead | undefined
  /** Bytes of the items that stay. */
  keptBytes: number
  /** The user's other threads. */
  others: readonly ThreadHead[]
  /** See {@link GatewayThreadStore.erasedAt}. */
  erasedAt: number
  now: number
}

/** What a store decides about a write. */
export function judgeWrite(write: ThreadWrite, { before, keptBytes, others, erasedAt, now }: WriteFacts): ThreadWritten & { bytes?: number } {
  const { version = erasedAt, count = 0, bytes: bytesBefore = 0 } = before ?? {}
  if (write.after !== version || write.from > count) return { type: 'conflict', version }
  const bytes = keptBytes + bytesOf([write.rest, ...write.items])
  const total = others.reduce((sum, head) => sum + head.bytes, bytes)
  const isFull = (!before && others.length >= write.maxThreads) || (bytes > bytesBefore && total > write.maxBytes)
  return isFull ? { type: 'full' } : { type: 'written', version: Math.max(now, version + 1), bytes }
}

/** Bytes of texts in UTF-8. */
export function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}
