import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Gateway } from '../index.js'

/** What a gateway signs with that is to know the tokens of one that was killed. */
export const auth = { secret: 'the same before and after' }

/** A file for the logs of a gateway, gone after the test. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-gateway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'logs.db')
}

/**
 * A gateway in a process of its own, over a SQLite file.
 *
 * @returns it as if it were here, and how to kill it as a machine that loses its power does.
 */
export async function startGatewayToKill(providerUrl: string, path: string): Promise<{ gateway: Gateway; kill(): Promise<void> }> {
  const script = fileURLToPath(new URL('gateway-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, providerUrl, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = await new Promise<string>(resolve => child.stdout.once('data', data => resolve(String(data).trim())))
  return {
    gateway: {
      fetch: async request => fetch(request.url.replace('http://gateway.test', url), { method: request.method, headers: request.headers, body: request.method === 'POST' ? await request.text() : undefined }),
      close: async () => {},
      socket() {},
    },
    async kill() {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}
