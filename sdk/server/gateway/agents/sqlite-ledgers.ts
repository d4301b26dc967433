import { randomUUID } from 'node:crypto'
import { closeSqlite, openSqlite } from '../open-sqlite.js'
import { type HostedLedgers, ledgerLimits, type LedgerKey, ledgersOver, type LedgerSwap, type StoredLedger } from './hosted-ledgers.js'

/** Where {@link sqliteLedgers} are kept. */
export interface SqliteLedgersOptions {
  /** The file, another than those of logs, threads and feedback. It is made where it is not there; its folder is not. */
  path: string
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

const tables = `
  CREATE TABLE IF NOT EXISTS ledgers (epoch TEXT PRIMARY KEY, user TEXT NOT NULL, thread TEXT NOT NULL, expires INTEGER NOT NULL, UNIQUE (user, thread));
  CREATE TABLE IF NOT EXISTS calls (seq INTEGER PRIMARY KEY, epoch TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (epoch, id));
  CREATE INDEX IF NOT EXISTS ledgers_expires ON ledgers (expires)`

/**
 * Keeps ledgers in one SQLite file, so that they are there after a restart. One gateway at a time has the file.
 *
 * @throws Error when another gateway has the file, or a newer version wrote it.
 */
export function sqliteLedgers({ path, now = Date.now }: SqliteLedgersOptions): HostedLedgers {
  const { maxThreadsPerUser, maxBytesPerThread, ttlMs } = ledgerLimits
  const database = openSqlite(path, 1, tables)
  const sql = (text: string) => database.prepare(text)
  const find = sql('SELECT epoch FROM ledgers WHERE user = ? AND thread = ?')
  const put = sql('INSERT OR REPLACE INTO ledgers (epoch, user, thread, expires) VALUES (?, ?, ?, ?)')
  const old = sql('SELECT epoch FROM ledgers WHERE expires <= ? UNION SELECT * FROM (SELECT epoch FROM ledgers WHERE user = ? ORDER BY expires DESC, rowid DESC LIMIT -1 OFFSET ?)')
  const ofUser = sql('SELECT epoch FROM ledgers WHERE user = ?')
  const drop = sql('DELETE FROM ledgers WHERE epoch = ?')
  const calls = sql('SELECT seq, id, text FROM calls WHERE epoch = ? ORDER BY seq')
  const call = sql('SELECT text FROM calls WHERE epoch = ? AND id = ?')
  const write = sql('INSERT INTO calls (epoch, id, text) VALUES (?, ?, ?) ON CONFLICT (epoch, id) DO UPDATE SET text = excluded.text')
  const dropCall = sql('DELETE FROM calls WHERE seq = ?')
  const dropCalls = sql('DELETE FROM calls WHERE epoch = ?')
  const forget = (rows: unknown[]): void => {
    for (const { epoch } of rows as { epoch: string }[]) {
      dropCalls.run(epoch)
      drop.run(epoch)
    }
  }
  const rowsOf = (epoch: string): { seq: number; id: string; text: string }[] => calls.all(epoch) as { seq: number; id: string; text: string }[]
  const epochOf = ({ userId, threadId }: LedgerKey): string | undefined => (find.get(userId, threadId) as { epoch: string } | undefined)?.epoch

  const open = database.transaction((key: LedgerKey): StoredLedger => {
    // First what is over, which is not gone on with; then what is too many.
    forget(old.all(now(), key.userId, maxThreadsPerUser))
    const epoch = epochOf(key) ?? randomUUID()
    put.run(epoch, key.userId, key.threadId, now() + ttlMs)
    forget(old.all(now(), key.userId, maxThreadsPerUser))
    return { epoch, texts: rowsOf(epoch).map(({ id, text }) => [id, text]) }
  })
  const swap = database.transaction((key: LedgerKey, epoch: string, { toolCallId, before, text }: LedgerSwap): boolean => {
    const known = (call.get(epoch, toolCallId) as { text: string } | undefined)?.text
    if (epochOf(key) !== epoch || known !== before) return false
    write.run(epoch, toolCallId, text)
    const rows = rowsOf(epoch)
    let bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row.text), 0)
    for (const row of rows) {
      if (bytes <= maxBytesPerThread || row.id === toolCallId) break
      dropCall.run(row.seq)
      bytes -= Buffer.byteLength(row.text)
    }
    return true
  })
  const erase = database.transaction((userId: string): void => forget(ofUser.all(userId)))
  return ledgersOver({
    open: async key => open(key),
    swap: async (key, epoch, change) => swap(key, epoch, change),
    erase: async userId => erase(userId),
    close: async () => closeSqlite(database, 'ledgers'),
  })
}
