import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { delta, done, finish, framesOf, manualProvider, type SeenFrame, until } from './__fixtures__/harness.js'
import { type LogUser, readFrames, signIn } from './__fixtures__/log-client.js'
import { hasRedis, type RedisServer, startRedis } from './__fixtures__/redis-server.js'
import { createGateway, type LogStore, memoryLogStore, redisLogStore, sqliteLogStore } from './index.js'

// Readers that come and go at random, by every way and on every gateway, while an answer is written.

type Step = { type: 'write' } | { type: 'join' | 'leave' | 'follow' | 'page'; on: number; place: number }
const steps = fc.array(
  fc.oneof(
    fc.constant<Step>({ type: 'write' }),
    fc.record({ type: fc.constantFrom('join' as const, 'leave' as const, 'follow' as const, 'page' as const), on: fc.nat(1), place: fc.nat(20) }),
  ),
  { maxLength: 30 },
)
const endings = fc.constantFrom('done', 'broken', 'cancelled')

interface Reader { after: number; frames: SeenFrame[]; isLeft: boolean; leave(): Promise<void>; ended: Promise<void> }

function read(asked: Promise<Response>, after: number): Reader {
  const streaming = asked.then(readFrames)
  const reader: Reader = {
    after,
    frames: [],
    isLeft: false,
    async leave() {
      reader.isLeft = true
      await (await streaming).leave()
    },
    ended: Promise.resolve(),
  }
  reader.ended = streaming.then(async stream => {
    for (let frame = await stream.next(); frame; frame = await stream.next()) if (!reader.isLeft) reader.frames.push(frame)
  })
  return reader
}

/** One page, as a reader that leaves after it. */
function readPage(user: LogUser, after: number): Reader {
  const reader: Reader = { after, frames: [], isLeft: true, leave: async () => {}, ended: Promise.resolve() }
  reader.ended = user.page('log', after, 20).then(({ frames }) => {
    reader.frames = frames.map(({ seq, ...rest }) => ({ id: String(seq), ...rest }))
  })
  return reader
}

/** Plays one schedule. Throws where a reader got anything but the frames of the log behind his place, in order. */
async function play(stores: LogStore[], script: Step[], ending: string): Promise<void> {
  const provider = manualProvider()
  const gateways = stores.map(store => createGateway({ auth: { secret: 's' }, providers: { manual: provider }, logs: { store, gatherMs: 1 }, limits: { requestsPerMinute: 1e6, logReadsPerMinute: 1e6 } }))
  const users = await Promise.all(gateways.map(gateway => signIn(gateway, 'g')))
  const userOn = (on: number): LogUser => users[on % users.length]!
  const join = (on: number): Reader => read(userOn(on).chat('log', { 'x-sampan-detach': '1' }), 0)
  const readers = [join(0)]
  await until(() => provider.calls.length === 1)
  let written = 0
  const write = (): void => provider.send(delta(`${(written += 1)}`))
  write()
  for (const step of script) {
    await new Promise(resolve => setImmediate(resolve))
    if (step.type === 'write') {
      write()
      continue
    }
    // A place that the log has reached for certain.
    const after = Math.min(step.place, Math.max(...readers.map(({ after: from, frames }) => from + frames.length)))
    if (step.type === 'join') readers.push(join(step.on))
    if (step.type === 'follow') readers.push(read(userOn(step.on).follow('log', after), after))
    if (step.type === 'page') readers.push(readPage(userOn(step.on), after))
    if (step.type === 'leave') void readers[step.place % readers.length]!.leave()
  }
  if (ending === 'done') provider.send(finish + done)
  if (ending === 'broken') provider.fail(new Error('broken'))
  if (ending === 'cancelled') await userOn(1).cancel('log')
  await Promise.all(readers.map(({ ended }) => ended))
  const all = await framesOf(await userOn(1).follow('log'))
  expect(all.map(({ id }) => Number(id))).toEqual(all.map((_, index) => index + 1))
  expect(all.filter(({ data, event }) => data === '[DONE]' || event === 'error')).toEqual([all.at(-1)])
  for (const { frames, after, isLeft } of readers) expect(frames).toEqual(all.slice(after, isLeft ? after + frames.length : undefined))
  for (let after = 0; after <= all.length; after++) expect(await framesOf(await userOn(after).follow('log', after))).toEqual(all.slice(after))
  expect(provider.calls).toHaveLength(1)
  await Promise.all(gateways.map(gateway => gateway.close()))
}

let redis: RedisServer | undefined
afterAll(() => redis?.close())
const hasOne = hasRedis()

it.each<[string, number, () => Promise<LogStore[]>]>([
  ['memory', 100, async () => [memoryLogStore()]],
  ['SQLite', 40, async () => [sqliteLogStore({ path: ':memory:' })]],
  ...(hasOne ? [['two gateways on one Redis', 25, async () => {
    redis ??= await startRedis()
    const prefix = `${Math.random()}:`
    return [1, 2].map(() => redisLogStore({ url: redis!.url, prefix }))
  }] as [string, number, () => Promise<LogStore[]>]] : []),
])('every reader gets every frame behind his place once, in order, and one end: %s', async (_name, numRuns, open) => {
  await fc.assert(fc.asyncProperty(steps, endings, async (script, ending) => play(await open(), script, ending)), { numRuns, seed: 20_260 })
}, 60_000)
