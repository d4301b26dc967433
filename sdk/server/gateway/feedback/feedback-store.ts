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
  /** Keeps it in place of an earlier one. */
  put(feedback: StoredFeedback, ttlMs: number): Promise<void>
  /** Takes back what a user said of a message. */
  delete(userId: string, threadId: string, messageId: string): Promise<void>
  /** Of all users, the oldest first, from a moment on, that included. */
  list(since: number, limit: number): Promise<StoredFeedback[]>
  /** Forgets all feedback of a user. */
  erase(userId: string): Promise<void>
  /** Ends connections and timers. Nothing may be called after it. */
  close(): Promise<void>
}

/** The name of a feedback, which begins with its user's. No `*` is in it, and no blank but two. */
export function feedbackName(userId: string, threadId: string, messageId: string): string {
  return [userId, threadId, messageId].map(word => encodeURIComponent(word).replaceAll('*', '%2A')).join(' ')
}

/** How much a {@link memoryFeedbackStore} keeps. */
export interface MemoryFeedbackStoreOptions {
  /** Above it the oldest are forgotten. Default 10 000. */
  maxEntries?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** Keeps feedback in this process: the default. It ends with it. */
export function memoryFeedbackStore({ maxEntries = 10_000, now = Date.now }: MemoryFeedbackStoreOptions = {}): FeedbackStore {
  // In the order in which they were given.
  const entries = new Map<string, { feedback: StoredFeedback; expiresAt: number }>()
  const makeRoom = (): void => {
    for (const [name, { expiresAt }] of entries) if (expiresAt <= now() || entries.size > maxEntries) entries.delete(name)
  }
  return {
    async put(feedback, ttlMs) {
      const name = feedbackName(feedback.userId, feedback.threadId, feedback.messageId)
      entries.delete(name)
      entries.set(name, { feedback, expiresAt: now() + ttlMs })
      makeRoom()
    },
    async delete(userId, threadId, messageId) {
      entries.delete(feedbackName(userId, threadId, messageId))
    },
    async list(since, limit) {
      makeRoom()
      return [...entries.values()].map(({ feedback }) => feedback).filter(({ at }) => at >= since).slice(0, limit)
    },
    async erase(user) {
      for (const [name, { feedback: { userId } }] of entries) if (userId === user) entries.delete(name)
    },
    async close() {},
  }
}
