import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { hasRedis, startRedis } from '../../sdk/server/gateway/__fixtures__/redis-server.js'
import { memoryLogStore } from '../../sdk/server/gateway/index.js'
import { play } from './play.js'
import { createRandom } from './random.js'
import { mortalServers, oneServer, type Servers } from './servers.js'
import { totals } from './totals.js'
import { startWorld, type World } from './world.js'

// The soak: many people with unlucky phones at once. `npm test` plays a short form; `npm run test:chaos` at least 2,000 runs.
// CHAOS_RUNS says how many, CHAOS_SEED where to begin: a failure names its seed, and `CHAOS_SEED=<seed> CHAOS_RUNS=1` plays
// its phone again. What kills servers keeps its own time, so there the seed decides the phone and not the servers.

const RUNS = Number(process.env.CHAOS_RUNS ?? 90)
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9))
/** Phones at the same time. */
const AT_ONCE = 24
const MINUTES = 60_000
/** How the checks say that an effect happened more than once. */
const TWICE = /twice|2 times|the second time/

afterAll(() => console.log(`chaos: ${totals.runs} runs, ${totals.kills} apps killed, ${totals.cuts} answers cut, asked again ${totals.retries} times`))

async function soak(runs: number, seed: number, world: World, servers: Servers, forgets = false): Promise<string[]> {
  const broken: string[] = []
  let next = 0
  const phone = async (): Promise<void> => {
    const isEnough = (): boolean => (forgets ? broken.some(text => TWICE.test(text)) : broken.length >= 10)
    while (next < runs && !isEnough()) broken.push(...(await play({ seed: seed + next++, world, servers: servers.urls, lost: servers.lost, ...(forgets && { forgets, isOver: isEnough }) })))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, phone))
  return broken.concat(servers.died())
}

async function begin(make: (world: World) => Promise<Servers>): Promise<[World, Servers]> {
  const world = await startWorld()
  onTestFinished(() => world.close())
  const servers = await make(world)
  onTestFinished(() => servers.close())
  return [world, servers]
}

test('the checks notice a phone that forgets which tools it has run', async () => {
  const [world, servers] = await begin(({ url }) => oneServer(url, memoryLogStore()))
  expect((await soak(300, 7, world, servers, true)).join()).toMatch(TWICE)
}, 20 * MINUTES)

test(`whatever happens to phones, every promise holds (one gateway, from seed ${SEED})`, async () => {
  const [world, servers] = await begin(({ url }) => oneServer(url, memoryLogStore()))
  expect(await soak(Math.ceil(RUNS / 3), SEED, world, servers)).toEqual([])
}, 20 * MINUTES)

test(`… while the gateway is killed and started again over SQLite (from seed ${SEED})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-chaos-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const random = createRandom(SEED)
  const [world, servers] = await begin(({ url }) => mortalServers({ world: url, count: 1, place: `sqlite:${join(folder, 'logs.db')}`, killEvery: 8, random }))
  expect(await soak(Math.ceil(RUNS / 3), SEED + 1_000_000, world, servers)).toEqual([])
}, 20 * MINUTES)

test.runIf(hasRedis())(`… while two gateways and their Redis are killed in turn (from seed ${SEED})`, async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.close())
  const random = createRandom(SEED)
  const [world, servers] = await begin(({ url }) => mortalServers({ world: url, count: 2, place: redis.url, killEvery: 8, random, restartStore: () => redis.restart() }))
  expect(await soak(Math.ceil(RUNS / 3), SEED + 2_000_000, world, servers)).toEqual([])
}, 20 * MINUTES)
