import { memoryErasures, nextErasure } from '../erasures.js'
import { createNamesByUser } from '../names-by-user.js'

/** What a person thought of an answer. */
export interface StoredFeedback {
  userId: string
  threadId: string
  runId?: string
  messageId: string
  rating: 'up' | 'down'
  /** What the answer should have been. */
  correction?: string
  labels?: string[]
  /** Milliseconds since 1970. */
  at: number
}

/** How feedback is kept. */
export interface FeedbackPut {
  /** The {@link FeedbackStore.erasedAt} that its sender knew. */
  after: number
  /** Milliseconds for which it is kept. */
  ttlMs: number
  maxPerUser: number
}

/** Where feedback is kept: one for each user and message, the last one. */
export interface FeedbackStore {
  /**
   * Keeps it in place of an earlier one. Of too many of its user the oldest are forgotten. `false`, and it is not kept: its
   * user was erased since `after`.
   */
  put(feedback: StoredFeedback, put: FeedbackPut): Promise<boolean>
  /** Takes back what a user said of a message. */
  delete(userId: string, threadId: string, messageId: string): Promise<void>
  /** Of all users, the oldest first, from a moment on, that included. */
  list(since: number, limit: number): Promise<StoredFeedback[]>
  /** Forgets all feedback of a user, and remembers it for `ttlMs` milliseconds: what was sent before, and comes late, is refused. */
  erase(userId: string, ttlMs: number): Promise<void>
  /** When that was, in milliseconds since 1970, later each time. 0: never, or it is forgotten. */
  erasedAt(userId: string): Promise<number>
  /** Ends connections and timers. Nothing may be called after it. */
  close(): Promise<void>
}

/** The name of a feedback, which begins with its user's. No blank is in it but two. */
export function feedbackName(userId: string, threadId: string, messageId: string): string {
  return [userId, threadId, messageId].map(encodeURIComponent).join(' ')
}

/** What the names of all feedback of a user begin with, before a blank. */
export function userName(userId: string): string {
  return encodeURIComponent(userId)
}

/** How much a {@link memoryFeedbackStore} keeps. */
export interface MemoryFeedbackStoreOptions {
  /** Bytes of all feedback together, above which the oldest is forgotten. Default 64 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

interface Kept { feedback: StoredFeedback; bytes: number; expiresAt: number }

/** Keeps feedback in this process: the default. It ends with it. */
export function memoryFeedbackStore({ maxBytes = 64 * 1024 * 1024, now = Date.now }: MemoryFeedbackStoreOptions = {}): FeedbackStore {
  // In the order in which they were given.
  const entries = new Map<string, Kept>()
  const names = createNamesByUser()
  const erasures = memoryErasures(now)
  let bytes = 0
  const forget = (name: string): void => {
    const kept = entries.get(name)
    if (!kept) return
    entries.delete(name)
    names.delete(kept.feedback.userId, name)
    bytes -= kept.bytes
  }
  const makeRoom = (): void => {
    for (const [name, { expiresAt }] of entries) {
      if (expiresAt > now() && bytes <= maxBytes) return
      forget(name)
    }
  }
  return {
    async put(feedback, { after, ttlMs, maxPerUser }) {
      const { userId, threadId, messageId } = feedback
      if (after < erasures.at(userId)) return false
      const name = feedbackName(userId, threadId, messageId)
      forget(name)
      const kept = { feedback, bytes: Buffer.byteLength(JSON.stringify(feedback)) + 256, expiresAt: now() + ttlMs }
      entries.set(name, kept)
      names.add(userId, name)
      bytes += kept.bytes
      const own = names.of(userId)
      for (const old of own.slice(0, Math.max(0, own.length - maxPerUser))) forget(old)
      makeRoom()
      return true
    },
    async delete(userId, threadId, messageId) {
      forget(feedbackName(userId, threadId, messageId))
    },
    async list(since, limit) {
      const time = now()
      return [...entries.values()].filter(({ feedback: { at }, expiresAt }) => at >= since && expiresAt > time).slice(0, limit).map(({ feedback }) => feedback)
    },
    async erase(userId, ttlMs) {
      names.of(userId).forEach(forget)
      erasures.remember(userId, nextErasure(erasures.at(userId), now()), ttlMs)
    },
    erasedAt: async userId => erasures.at(userId),
    async close() {},
  }
}
