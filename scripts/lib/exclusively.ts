import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { root } from './run.js'

/**
 * Does something while no other process of this checkout does the same: tests run in several processes, and two builds
 * or two installs into one folder destroy each other.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = `${root}.cache/lock-${name}`
  mkdirSync(`${root}.cache`, { recursive: true })
  while (!take(lock)) await new Promise(resolve => setTimeout(resolve, 200))
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Creating the file is what takes the lock. One whose owner is gone is removed, and tried for again. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!isAlive(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    // A file that is still empty was made this instant.
    if (!pid) return true
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
