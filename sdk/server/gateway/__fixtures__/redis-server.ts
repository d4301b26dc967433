import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { randomPort } from './random-port.js'
import { openRedis } from '../open-redis.js'

/** A Redis of its own for a test. */
export interface RedisServer {
  readonly url: string
  /** Kills it without a word, and starts it again on the same port with what it had saved. */
  restart(): Promise<void>
  /** Lets time pass for what is kept in it, and for `Date.now()` until the test is over, without waiting. */
  pass(ms: number): Promise<void>
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
  const { port, ...first } = await startAnywhere(folder)
  let { stop } = first
  const url = `redis://127.0.0.1:${port}`
  return {
    url,
    async restart() {
      await stop()
      stop = await run(port, folder)
    },
    pass: ms => passTime(url, ms),
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts it on the first port that is free; one that another has taken ends it. */
async function startAnywhere(folder: string): Promise<{ port: number; stop: () => Promise<void> }> {
  for (let tries = 0; ; tries++) {
    const port = randomPort()
    const stop = await run(port, folder).catch((error: Error) => {
      if (tries > 20) throw error
    })
    if (stop) return { port, stop }
  }
}

/** Resolves when it says itself that it is ready: who else may listen on the port says nothing here. */
async function run(port: number, folder: string): Promise<() => Promise<void>> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const onExit = (): void => void child.kill('SIGKILL')
  process.once('exit', onExit)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.stdout.on('data', (data: Buffer) => {
      said += String(data)
      if (/ready to accept connections/i.test(said)) resolve()
    })
    void ended.then(() => {
      process.off('exit', onExit)
      reject(new Error(`redis-server did not start: ${said}`))
    })
  })
  return async () => {
    child.kill('SIGKILL')
    await ended
  }
}

const systemNow = Date.now

const passScript = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
end`

async function passTime(url: string, ms: number): Promise<void> {
  const client = openRedis(url, {})
  await client.eval(passScript, 0, ms)
  client.disconnect()
  const ahead = Date.now() - systemNow() + ms
  Date.now = () => systemNow() + ahead
  onTestFinished(() => void (Date.now = systemNow))
}
