import type { Database } from 'libsql'
import type { Erasures } from './erasures.js'

/** The table of {@link sqliteErasures}. It came after others: whoever does not know it does not miss it. */
export const erasuresTable = `
  CREATE TABLE IF NOT EXISTS erasures (user TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS erasures_expires ON erasures (expires)`

/** Remembers erasures in a SQLite file, in whose tables {@link erasuresTable} is. */
export function sqliteErasures(database: Database, now: () => number): Erasures {
  const find = database.prepare('SELECT at FROM erasures WHERE user = ? AND expires > ?')
  const put = database.prepare('INSERT OR REPLACE INTO erasures (user, at, expires) VALUES (?, ?, ?)')
  const expire = database.prepare('DELETE FROM erasures WHERE expires <= ?')
  return {
    at: userId => (find.get(userId, now()) as { at: number } | undefined)?.at ?? 0,
    remember(userId, at, ttlMs) {
      expire.run(now())
      put.run(userId, at, now() + ttlMs)
    },
  }
}
