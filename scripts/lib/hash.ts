import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { root } from './run.js'

const SKIPPED = new Set(['node_modules', 'dist', '.cache', '.DS_Store'])

/** A fingerprint of files and folders, by name and content. What does not exist counts as empty. */
export function contentHash(paths: string[]): string {
  const hash = createHash('sha256')
  const add = (path: string) => {
    if (!existsSync(root + path)) return
    if (!statSync(root + path).isDirectory()) {
      hash.update(`${path}\0`).update(readFileSync(root + path))
      return
    }
    for (const entry of readdirSync(root + path).sort()) if (!SKIPPED.has(entry)) add(`${path}/${entry}`)
  }
  paths.forEach(add)
  return hash.digest('hex')
}
