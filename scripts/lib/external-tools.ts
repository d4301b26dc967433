import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import { run } from './run.js'

/** A program that comes from the operating system, with the Debian package that holds it. */
export interface ExternalTool { command: string; apt: string[] }

export const chromium: ExternalTool = { command: 'chromium', apt: ['chromium', 'fonts-wqy-zenhei'] }
export const redis: ExternalTool = { command: 'redis-server', apt: ['redis-server'] }
export const jsc: ExternalTool = { command: 'jsc', apt: ['libjavascriptcoregtk-4.0-bin'] }

/** Where a program is, looked for on PATH. */
export function findCommand(command: string): string | undefined {
  return (process.env.PATH ?? '').split(delimiter).map(folder => `${folder}/${command}`).find(file => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

let updated: Promise<unknown> | undefined

/** Makes sure a program is there: as root on Debian it is installed. Says whether it is. */
export async function provide({ command, apt }: ExternalTool): Promise<boolean> {
  if (findCommand(command)) return true
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`Installing ${apt.join(', ')} …`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await (updated ??= run('apt-get', ['update', '-qq'], { env }))
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...apt], { env })
  return findCommand(command) !== undefined
}
