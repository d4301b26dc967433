import type { Database } from 'libsql'
import { nextErasure } from '../erasures.js'
import { closeSqlite, openSqlite } from '../open-sqlite.js'
import { erasuresTable, sqliteErasures } from '../sqlite-erasures.js'
import { bytesOf, type GatewayThreadStore, judgeWrite, type ThreadHead, type ThreadKey, type ThreadWrite, type ThreadWritten } from './gateway-thread-store.js'

/** Where a {@link sqliteThreadStore} keeps its threads. */
export interface SqliteThreadStoreOptions {
  /** The file, another than that of logs. It is made where it is not there; its folder is not. */
  path: string
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** Version of the tables below. */
const version = 1
const tables = `
  CREATE TABLE IF NOT EXISTS threads (user TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
    count INTEGER NOT NULL, bytes INTEGER NOT NULL, rest TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (user, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS items (user TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (user, id, seq)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS threads_expires ON threads (expires);${erasuresTable}`

/**
 * Keeps threads in one SQLite file, so that they are there after a restart. One gateway at a time has the file.
 *
 * @throws Error when another gateway has the file, or a newer version wrote it.
 */
export function sqliteThreadStore({ path, now = Date.now }: SqliteThreadStoreOptions): GatewayThreadStore {
  const database = openSqlite(path, version, tables)
  const sql = prepare(database)
  const erasures = sqliteErasures(database, now)
  const forget = (userId: string, id: string): void => {
    sql.deleteItems.run(userId, id, 0)
    sql.deleteThread.run(userId, id)
  }
  const headsOf = (userId: string): ThreadHead[] => sql.heads.all(userId, now()) as ThreadHead[]
  const itemsOf = ({ userId, id }: ThreadKey, below: number): string[] => (sql.items.all(userId, id, below) as { text: string }[]).map(({ text }) => text)
  const write = database.transaction((key: ThreadKey, change: ThreadWrite): ThreadWritten => {
    const { userId, id } = key
    for (const old of sql.expired.all(now()) as { user: string; id: string }[]) forget(old.user, old.id)
    const heads = headsOf(userId)
    const before = heads.find(head => head.id === id)
    const others = heads.filter(head => head !== before)
    const { bytes, ...judged } = judgeWrite(change, { before, keptBytes: bytesOf(itemsOf(key, change.from)), others, erasedAt: erasures.at(userId), now: now() })
    if (judged.type !== 'written') return judged
    sql.deleteItems.run(userId, id, change.from)
    change.items.forEach((text, index) => sql.addItem.run(userId, id, change.from + index, text))
    sql.put.run(userId, id, judged.version, now(), change.from + change.items.length, bytes!, change.rest, now() + change.ttlMs)
    return judged
  })
  const erase = database.transaction((userId: string, ttlMs: number): void => {
    erasures.remember(userId, nextErasure(erasures.at(userId), now(), headsOf(userId).map(({ version }) => version)), ttlMs)
    sql.eraseItems.run(userId)
    sql.eraseThreads.run(userId)
  })
  return {
    list: async userId => headsOf(userId).map(head => ({ ...head })),
    async read(key) {
      const head = headsOf(key.userId).find(({ id }) => id === key.id)
      return head && { ...head, items: itemsOf(key, head.count), rest: (sql.rest.get(key.userId, key.id) as { rest: string }).rest }
    },
    write: async (key, change) => write(key, change),
    delete: async ({ userId, id }) => database.transaction(forget)(userId, id),
    erase: async (userId, ttlMs) => erase(userId, ttlMs),
    erasedAt: async userId => erasures.at(userId),
    close: async () => closeSqlite(database, 'threads'),
  }
}

function prepare(database: Database) {
  const sql = (text: string) => database.prepare(text)
  return {
    heads: sql('SELECT id, version, at, count, bytes FROM threads WHERE user = ? AND expires > ? ORDER BY version DESC'),
    rest: sql('SELECT rest FROM threads WHERE user = ? AND id = ?'),
    items: sql('SELECT text FROM items WHERE user = ? AND id = ? AND seq < ? ORDER BY seq'),
    put: sql('INSERT OR REPLACE INTO threads (user, id, version, at, count, bytes, rest, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addItem: sql('INSERT INTO items (user, id, seq, text) VALUES (?, ?, ?, ?)'),
    deleteItems: sql('DELETE FROM items WHERE user = ? AND id = ? AND seq >= ?'),
    deleteThread: sql('DELETE FROM threads WHERE user = ? AND id = ?'),
    eraseItems: sql('DELETE FROM items WHERE user = ?'),
    eraseThreads: sql('DELETE FROM threads WHERE user = ?'),
    expired: sql('SELECT user, id FROM threads WHERE expires <= ?'),
  }
}
