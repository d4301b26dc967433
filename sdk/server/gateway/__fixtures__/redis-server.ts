import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { accessSync, constants } from 'node:fs'

/** A Redis of its own for a test. */
export interface RedisServer {
  readonly url: string
  /** Kills it without a word, and starts it again on the same port with what it had saved. */
  restart(): Promise<void>
  close(): Promise<void>
}

/**
 * Whether a Redis can be started. Where it cannot, tests of it are skipped with a warning; on a machine that decides what
 * lands they fail instead.
 *
 * @throws Error in CI.
 */
export function hasRedis(): boolean {
  const isThere = (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, 'redis-server'), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (isThere) return true
  const message = 'NOT RUN: tests with a real Redis. Install it first: apt-get install redis-server'
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`!!! ${message}`)
  return false
}

/** Starts a Redis on a free loopback port. It saves every write, so that a restart loses nothing. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-redis-'))
  const port = await freePort()
  let stop = await run(port, folder)
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await stop()
      stop = await run(port, folder)
    },
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function run(port: number, folder: string): Promise<() => Promise<void>> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const onExit = (): void => void child.kill('SIGKILL')
  process.once('exit', onExit)
  await answers(port)
  return async () => {
    process.off('exit', onExit)
    child.kill('SIGKILL')
    await ended
  }
}

/** Waits until the port takes connections, for at most ten seconds. */
async function answers(port: number): Promise<void> {
  const end = performance.now() + 10_000
  for (;;) {
    const isOpen = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), resolve(true)))
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return
    if (performance.now() > end) throw new Error('redis-server did not start')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
