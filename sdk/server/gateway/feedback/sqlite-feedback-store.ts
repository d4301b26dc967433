import { type FeedbackPut, type FeedbackStore, feedbackName, type StoredFeedback } from './feedback-store.js'
import { nextErasure } from '../erasures.js'
import { closeSqlite, openSqlite } from '../open-sqlite.js'
import { erasuresTable, sqliteErasures } from '../sqlite-erasures.js'

/** Where a {@link sqliteFeedbackStore} keeps feedback. */
export interface SqliteFeedbackStoreOptions {
  /** The file, another than those of logs and threads. It is made where it is not there; its folder is not. */
  path: string
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

const tables = `
  CREATE TABLE IF NOT EXISTS feedback (name TEXT PRIMARY KEY, user TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS feedback_at ON feedback (at);
  CREATE INDEX IF NOT EXISTS feedback_user ON feedback (user, at);
  CREATE INDEX IF NOT EXISTS feedback_expires ON feedback (expires);${erasuresTable}`

/**
 * Keeps feedback in one SQLite file, so that it is there after a restart. One gateway at a time has the file.
 *
 * @throws Error when another gateway has the file, or a newer version wrote it.
 */
export function sqliteFeedbackStore({ path, now = Date.now }: SqliteFeedbackStoreOptions): FeedbackStore {
  const database = openSqlite(path, 1, tables)
  const sql = (text: string) => database.prepare(text)
  const put = sql('INSERT OR REPLACE INTO feedback (name, user, at, expires, json) VALUES (?, ?, ?, ?, ?)')
  const expire = sql('DELETE FROM feedback WHERE expires <= ?')
  const list = sql('SELECT json FROM feedback WHERE at >= ? AND expires > ? ORDER BY at LIMIT ?')
  const drop = sql('DELETE FROM feedback WHERE name = ?')
  const erase = sql('DELETE FROM feedback WHERE user = ?')
  const trim = sql('DELETE FROM feedback WHERE name IN (SELECT name FROM feedback WHERE user = ? ORDER BY at DESC LIMIT -1 OFFSET ?)')
  const erasures = sqliteErasures(database, now)
  const add = database.transaction((feedback: StoredFeedback, { after, ttlMs, maxPerUser }: FeedbackPut): boolean => {
    const { userId, threadId, messageId, at } = feedback
    if (after < erasures.at(userId)) return false
    expire.run(now())
    put.run(feedbackName(userId, threadId, messageId), userId, at, now() + ttlMs, JSON.stringify(feedback))
    trim.run(userId, maxPerUser)
    return true
  })
  const forget = database.transaction((userId: string, ttlMs: number): void => {
    erasures.remember(userId, nextErasure(erasures.at(userId), now()), ttlMs)
    erase.run(userId)
  })
  return {
    put: async (feedback, put) => add(feedback, put),
    async delete(userId, threadId, messageId) {
      drop.run(feedbackName(userId, threadId, messageId))
    },
    list: async (since, limit) => (list.all(since, now(), limit) as { json: string }[]).map(({ json }) => JSON.parse(json) as StoredFeedback),
    erase: async (userId, ttlMs) => forget(userId, ttlMs),
    erasedAt: async userId => erasures.at(userId),
    close: async () => closeSqlite(database, 'feedback'),
  }
}
