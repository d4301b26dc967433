import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peersFolder } from './paths.js'

/**
 * Installs the peers from their lock file unless that was done before. Some ask for a newer Node than runs here, so
 * npm is told not to mind; that is tried out, and holds for this folder only.
 */
export function installPeers(): void {
  const lock = readFileSync(join(peersFolder, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  const stamp = join(peersFolder, 'node_modules/.installed-from')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing the peers (once) …')
  execFileSync('npm', ['ci', '--force', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: peersFolder, stdio: 'inherit' })
  writeFileSync(stamp, wanted)
}
