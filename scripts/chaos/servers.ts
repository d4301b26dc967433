import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { randomPort } from '../../sdk/server/gateway/__fixtures__/random-port.js'
import { type GatewayOptions, type LogStore, openaiProvider, serveGateway } from '../../sdk/server/gateway/index.js'
import { wait } from './clock.js'
import type { Random } from './random.js'
import { totals } from './totals.js'

/** The servers of a soak, and what kills them now and then. */
export interface Servers {
  urls(): readonly string[]
  /** How often something was killed so far: answers that ran there may be lost. */
  lost(): number
  /** What ended though nobody killed it. */
  died(): readonly string[]
  close(): Promise<void>
}

/** A gateway that nothing but death hinders. */
export function gatewayOptions(store: LogStore): GatewayOptions {
  return {
    auth: { secret: 'the same on all servers, and thirty-two bytes long' },
    logs: { store, graceMs: 4000, gatherMs: 5 },
    limits: { requestsPerMinute: 1e9, logReadsPerMinute: 1e9, signInsPerMinute: 1e9, maxConcurrentStreams: 1e6 },
    heartbeatMs: 100,
    onError() {},
  }
}

/** One gateway in this process, which lives. */
export async function oneServer(world: string, store: LogStore): Promise<Servers> {
  const { url, close } = await serveGateway({ ...gatewayOptions(store), providers: { main: openaiProvider({ baseUrl: world, apiKey: 'k', model: 'm' }) } })
  return { urls: () => [url], lost: () => 0, died: () => [], close }
}

export interface MortalOptions {
  world: string
  count: number
  /** Where the logs are: `sqlite:<file>` or an address of Redis. */
  place: string
  /** Runs that end between two deaths, on average: the faster the machine, the more often it strikes. */
  killEvery: number
  random: Random
  /** Kills what the logs lie in, and brings it back. */
  restartStore?: () => Promise<void>
}

interface Server { child: ChildProcess; url: string; port: number; isKilled: boolean }

/** Gateways in processes of their own. Now and then one is killed without a word, and another takes its port. */
export async function mortalServers({ world, count, place, killEvery, random, restartStore }: MortalOptions): Promise<Servers> {
  const died: string[] = []
  const start = async (port?: number): Promise<Server> => {
    const server = await (port ? startServer(world, place, port) : startAnywhere(world, place))
    server.child.once('exit', code => server.isKilled || died.push(`a gateway ended by itself with ${code}`))
    return server
  }
  const servers = await Promise.all(Array.from({ length: count }, () => start()))
  let lost = 0
  let isOver = false
  const reap = async (): Promise<void> => {
    for (;;) {
      const after = totals.runs + random.between(1, killEvery * 2 - 1)
      while (!isOver && totals.runs < after) await wait(20)
      if (isOver) return
      lost++
      if (restartStore && random.chance(0.3)) {
        await restartStore()
        continue
      }
      const at = random.between(0, servers.length - 1)
      const { port } = servers[at]!
      await kill(servers[at]!)
      servers[at] = await start(port)
    }
  }
  const reaped = reap()
  return {
    urls: () => servers.map(({ url }) => url),
    lost: () => lost,
    died: () => died,
    async close() {
      isOver = true
      await reaped
      await Promise.all(servers.map(kill))
    },
  }
}

const script = fileURLToPath(new URL('gateway-process.ts', import.meta.url))

/** Starts one on the first port that is free; one that another has taken ends it. */
async function startAnywhere(world: string, place: string): Promise<Server> {
  for (let tries = 0; ; tries++) {
    const server = await startServer(world, place, randomPort()).catch((error: Error) => {
      if (tries > 20) throw error
    })
    if (server) return server
  }
}

async function startServer(world: string, place: string, port: number): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, world, String(port), place], { stdio: ['ignore', 'pipe', 'inherit'] })
  const onExit = (): void => void child.kill('SIGKILL')
  process.once('exit', onExit)
  child.once('exit', () => process.off('exit', onExit))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', data => resolve(String(data).trim()))
    child.once('exit', code => reject(new Error(`A gateway ended with ${code} before it listened.`)))
  })
  return { child, url, port, isKilled: false }
}

function kill(server: Server): Promise<void> {
  const { child } = server
  server.isKilled = true
  return new Promise(resolve => {
    // What has ended by itself does not end again.
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
