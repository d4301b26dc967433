import { createRequire } from 'node:module'
import type { Database } from 'libsql'

/**
 * Opens a file for one gateway alone, and makes the tables that are not there.
 *
 * @throws Error when another gateway has the file, or a newer version wrote it.
 */
export function openSqlite(path: string, version: number, tables: string): Database {
  // Loaded here and not at the top: the package is native code, and whoever keeps no file needs none of it.
  const SqliteDatabase = createRequire(import.meta.url)('libsql') as new (path: string) => Database
  const database = new SqliteDatabase(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;')
    const { user_version: written } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (written > version) throw new Error(`"${path}" was written by a newer version (${written}) of the gateway.`)
    database.exec(`${tables}; PRAGMA user_version = ${version};`)
  } catch (error) {
    database.close()
    throw /locked|busy/i.test(String(error)) ? new Error(`"${path}" is used by another gateway.`, { cause: error }) : error
  }
  return database
}

/** Closes it, and gives the file back: prepared statements outlive `close` until they are collected, and the lock with them. */
export function closeSqlite(database: Database, table: string): void {
  database.exec(`PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM ${table};`)
  database.close()
}
