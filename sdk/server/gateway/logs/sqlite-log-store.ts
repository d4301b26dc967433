import { randomUUID } from 'node:crypto'
import type { Database } from 'libsql'
import type { Frame } from '../frames.js'
import { closeSqlite, openSqlite } from '../open-sqlite.js'
import { createLogNotes } from './log-notes.js'
import { type LogAppend, type LogKey, type LogSlice, type LogStore, weightOf } from './log-store.js'

/** Where a {@link sqliteLogStore} keeps its logs, and how many. */
export interface SqliteLogStoreOptions {
  /** The file. It is made where it is not there; its folder is not. */
  path: string
  /** Bytes of all logs together, above which the ones that ended first are forgotten. Default 1 GiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** Version of the tables below. */
const version = 1
const tables = `
  CREATE TABLE IF NOT EXISTS logs (log INTEGER PRIMARY KEY, user TEXT NOT NULL, id TEXT NOT NULL, writer TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, expires INTEGER NOT NULL, UNIQUE (user, id));
  CREATE TABLE IF NOT EXISTS frames (log INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (log, seq)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS logs_expires ON logs (expires)`

/** How often logs whose time is over are looked for, in milliseconds. */
const sweepMs = 30_000

interface LogRow { log: number; writer: string; done: number }

/** The tables, as far as a store has to do with them. */
interface Table {
  find(key: LogKey): LogRow | undefined
  ofUser(userId: string): { log: number; id: string }[]
  put(key: LogKey, ttlMs: number): void
  /** Adds frames; `false` where it has ended and some of them are new. */
  add(row: LogRow, append: LogAppend): boolean
  slice(row: LogRow, after: number, limit: number): Omit<LogSlice, 'isDone' | 'isOrphan'>
  forget(log: number): void
}

/**
 * Keeps logs in one SQLite file, so that they are there after a restart. One gateway at a time has the file; a log whose
 * gateway died while it was written reads as an orphan.
 *
 * @throws Error when another gateway has the file, or a newer version wrote it.
 */
export function sqliteLogStore({ path, maxBytes = 1024 ** 3, now = Date.now }: SqliteLogStoreOptions): LogStore {
  const database = openSqlite(path, version, tables)
  const own = randomUUID()
  const table = createTable(database, own, maxBytes, now)
  const notes = createLogNotes()
  return {
    async create(key, ttlMs) {
      if (table.find(key)) return false
      table.put(key, ttlMs)
      return true
    },
    async append(key, append) {
      const row = table.find(key)
      if (!row || !table.add(row, append)) return false
      notes.tell(key, 'grown')
      return true
    },
    async read(key, after, limit) {
      const row = table.find(key)
      return row && { ...table.slice(row, after, limit), isDone: row.done === 1, isOrphan: row.done === 0 && row.writer !== own }
    },
    async delete(key) {
      const row = table.find(key)
      if (row) table.forget(row.log)
      notes.tell(key, 'grown')
    },
    async erase(userId) {
      for (const { log, id } of table.ofUser(userId)) {
        table.forget(log)
        notes.tell({ userId, id }, 'cancel')
      }
    },
    tell: notes.tell,
    watch: notes.watch,
    close: async () => closeSqlite(database, 'logs'),
  }
}

function createTable(database: Database, own: string, maxBytes: number, now: () => number): Table {
  const sql = prepare(database)
  let bytes = (sql.total.get() as { bytes: number }).bytes
  let sweepAt = 0
  const find = ({ userId, id }: LogKey, time: number): LogRow | undefined => sql.find.get(userId, id, time) as LogRow | undefined
  const lastOf = ({ log }: LogRow): number => (sql.last.get(log) as { last: number }).last
  const forget = database.transaction((log: number): void => {
    bytes -= (sql.weight.get(log) as { bytes: number } | undefined)?.bytes ?? 0
    sql.deleteFrames.run(log)
    sql.deleteLog.run(log)
  })
  const makeRoom = (): void => {
    const time = now()
    if (time >= sweepAt) {
      sweepAt = time + sweepMs
      for (const { log } of sql.expired.all(time) as LogRow[]) forget(log)
    }
    while (bytes > maxBytes) {
      const oldest = sql.oldest.get() as LogRow | undefined
      if (!oldest) return
      forget(oldest.log)
    }
  }
  const add = database.transaction((row: LogRow, { frames, isLast, keepFrom = 0, ttlMs }: LogAppend): boolean => {
    const last = lastOf(row)
    const fresh = frames.filter(({ seq }) => seq > last)
    if (row.done && fresh.length > 0) return false
    for (const { seq, lines } of fresh) sql.addFrame.run(row.log, seq, lines.join('\n'))
    const dropped = keepFrom > 1 ? framesOf(sql.before.all(row.log, keepFrom)) : []
    if (dropped.length > 0) sql.trim.run(row.log, keepFrom)
    const more = weightOf(fresh) - weightOf(dropped)
    sql.touch.run(row.done || isLast ? 1 : 0, more, now() + ttlMs, row.log)
    bytes += more
    return true
  })
  return {
    find: key => find(key, now()),
    ofUser: userId => sql.ofUser.all(userId) as { log: number; id: string }[],
    forget,
    put(key, ttlMs) {
      makeRoom()
      // What is left of one whose time is over.
      const old = find(key, 0)
      if (old) forget(old.log)
      sql.create.run(key.userId, key.id, own, now() + ttlMs)
    },
    add(row, append) {
      const isAdded = add(row, append)
      makeRoom()
      return isAdded
    },
    slice(row, after, limit) {
      const last = lastOf(row)
      const first = (sql.first.get(row.log) as { first: number | null }).first ?? last + 1
      return { frames: limit > 0 ? framesOf(sql.behind.all(row.log, after, Math.min(limit, 2 ** 31))) : [], first, last }
    },
  }
}

function prepare(database: Database) {
  const sql = (text: string) => database.prepare(text)
  return {
    total: sql('SELECT coalesce(sum(bytes), 0) AS bytes FROM logs'),
    find: sql('SELECT log, writer, done FROM logs WHERE user = ? AND id = ? AND expires > ?'),
    create: sql('INSERT INTO logs (user, id, writer, expires) VALUES (?, ?, ?, ?)'),
    touch: sql('UPDATE logs SET done = ?, bytes = bytes + ?, expires = ? WHERE log = ?'),
    weight: sql('SELECT bytes FROM logs WHERE log = ?'),
    expired: sql('SELECT log FROM logs WHERE expires <= ?'),
    oldest: sql('SELECT log FROM logs WHERE done = 1 ORDER BY expires LIMIT 1'),
    ofUser: sql('SELECT log, id FROM logs WHERE user = ?'),
    deleteLog: sql('DELETE FROM logs WHERE log = ?'),
    deleteFrames: sql('DELETE FROM frames WHERE log = ?'),
    addFrame: sql('INSERT INTO frames (log, seq, text) VALUES (?, ?, ?)'),
    first: sql('SELECT min(seq) AS first FROM frames WHERE log = ?'),
    last: sql('SELECT coalesce(max(seq), 0) AS last FROM frames WHERE log = ?'),
    behind: sql('SELECT seq, text FROM frames WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?'),
    before: sql('SELECT seq, text FROM frames WHERE log = ? AND seq < ? ORDER BY seq'),
    trim: sql('DELETE FROM frames WHERE log = ? AND seq < ?'),
  }
}

function framesOf(rows: unknown[]): Frame[] {
  return (rows as { seq: number; text: string }[]).map(({ seq, text }) => ({ seq, lines: text.split('\n') }))
}
