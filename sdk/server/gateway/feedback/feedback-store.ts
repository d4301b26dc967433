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

/** Where feedback is kept: one for each user and message, the last one. */
export interface FeedbackStore {
  /** Keeps it in place of an earlier one. Of too many of its user the oldest are forgotten. */
  put(feedback: StoredFeedback, limits: { ttlMs: number; maxPerUser: number }): Promise<void>
  /** Takes back what a user said of a message. */
  delete(userId: string, threadId: string, messageId: string): Promise<void>
  /** Of all users, the oldest first, from a moment on, that included. */
  list(since: number, limit: number): Promise<StoredFeedback[]>
  /** Forgets all feedback of a user. */
  erase(userId: string): Promise<void>
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
    async put(feedback, { ttlMs, maxPerUser }) {
      const { userId, threadId, messageId } = feedback
      const name = feedbackName(userId, threadId, messageId)
      forget(name)
      const kept = { feedback, bytes: Buffer.byteLength(JSON.stringify(feedback)) + 256, expiresAt: now() + ttlMs }
      entries.set(name, kept)
      names.add(userId, name)
      bytes += kept.bytes
      const own = names.of(userId)
      for (const old of own.slice(0, Math.max(0, own.length - maxPerUser))) forget(old)
      makeRoom()
    },
    async delete(userId, threadId, messageId) {
      forget(feedbackName(userId, threadId, messageId))
    },
    async list(since, limit) {
      const time = now()
      return [...entries.values()].filter(({ feedback: { at }, expiresAt }) => at >= since && expiresAt > time).slice(0, limit).map(({ feedback }) => feedback)
    },
    async erase(userId) {
      names.of(userId).forEach(forget)
    },
    async close() {},
  }
}
