import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { hostedLedgersSuite } from '../__fixtures__/hosted-ledgers-suite.js'
import { hasRedis, type RedisServer, startRedis } from '../__fixtures__/redis-server.js'
import { ledgerLimits, ledgersOver } from './hosted-ledgers.js'
import { memoryLedgers } from './memory-ledgers.js'
import { redisLedgers } from './redis-ledgers.js'
import { sqliteLedgers } from './sqlite-ledgers.js'

let time = 1_700_000_000_000
// It goes on with every look, so that ledgers have an order.
const now = (): number => ++time
const expire = (): void => void (time += ledgerLimits.ttlMs)
const folder = mkdtempSync(join(tmpdir(), 'sampan-ledgers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const entry = { toolCallId: 'c', toolName: 'pay', fingerprint: 'f', state: 'proposed' as const }

hostedLedgersSuite('memory', { open: () => memoryLedgers({ now }), expire })
hostedLedgersSuite('SQLite', { open: () => sqliteLedgers({ path: join(folder, `${files++}.db`), now }), expire })

it('memory forgets the ledgers that were opened longest ago when all are too much', async () => {
  const ledgers = memoryLedgers({ maxBytes: 2500 })
  for (const user of ['a', 'b', 'c']) await (await ledgers.open(user, 't')).put({ ...entry, result: 'x'.repeat(400) })
  const kept = await Promise.all(['a', 'b', 'c'].map(async user => (await ledgers.open(user, 't')).get('c') !== undefined))
  expect(kept).toEqual([false, true, true])
})

it('a SQLite file has its ledgers after a restart, and one gateway at a time', async () => {
  const path = join(folder, 'again.db')
  const first = sqliteLedgers({ path })
  await (await first.open('u', 't')).put(entry)
  expect(() => sqliteLedgers({ path })).toThrow('is used by another gateway')
  await first.close()
  const second = sqliteLedgers({ path })
  onTestFinished(() => second.close())
  expect((await second.open('u', 't')).get('c')).toEqual(entry)
})

it('a ledger that a newer version wrote is not guessed at', async () => {
  const text = JSON.stringify([2, 'x', entry])
  const ledgers = ledgersOver({ open: async () => ({ epoch: 'e', texts: [['c', text]] }), swap: async () => true, erase: async () => {}, close: async () => {} })
  await expect(ledgers.open('u', 't')).rejects.toThrow('newer version (2)')
})

it('a call whose entry could not be written may be tried again', async () => {
  let isAway = true
  const swap = async (): Promise<boolean> => {
    if (isAway) throw new Error('away')
    return true
  }
  const ledger = await ledgersOver({ open: async () => ({ epoch: 'e', texts: [] }), swap, erase: async () => {}, close: async () => {} }).open('u', 't')
  await expect(ledger.put(entry)).rejects.toThrow('away')
  isAway = false
  await ledger.put(entry)
})

describe.skipIf(!hasRedis())('with a real Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.close())

  hostedLedgersSuite('Redis', { open: () => redisLedgers({ url: redis.url }) })

  it('a call is begun on one of two gateways that try at the same time, and its entry outlives a Redis that dies', async () => {
    const [a, b] = [redisLedgers({ url: redis.url }), redisLedgers({ url: redis.url })]
    onTestFinished(() => Promise.all([a.close(), b.close()]).then(() => {}))
    for (let round = 0; round < 20; round++) {
      const runs = await Promise.all([a, b].map(ledgers => ledgers.open('race', String(round))))
      const begun = await Promise.allSettled(runs.map(run => run.put({ ...entry, state: 'executing' })))
      expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
    await redis.restart()
    expect((await b.open('race', '3')).get('c')).toMatchObject({ state: 'executing' })
  })
})
