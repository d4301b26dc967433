import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryFeedbackStore } from './feedback-store.js'
import { redisFeedbackStore } from './redis-feedback-store.js'
import { sqliteFeedbackStore } from './sqlite-feedback-store.js'
import { feedbackStoreSuite } from '../__fixtures__/feedback-store-suite.js'
import { hasRedis, type RedisServer, startRedis } from '../__fixtures__/redis-server.js'

let time = 1_700_000_000_000
const now = (): number => time
const pass = (ms: number): void => void (time += ms)
const folder = mkdtempSync(join(tmpdir(), 'sampan-feedback-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const feedback = { userId: 'u', threadId: 't', messageId: 'm', rating: 'up' as const, at: 1 }

feedbackStoreSuite('memory', { open: async () => memoryFeedbackStore({ now }), pass })
feedbackStoreSuite('SQLite', { open: async () => sqliteFeedbackStore({ path: join(folder, 'suite.db'), now }), pass })

it('memory forgets the oldest when it is full', async () => {
  const store = memoryFeedbackStore({ maxBytes: 800 })
  for (const messageId of ['1', '2', '3']) await store.put({ ...feedback, messageId }, { after: 0, ttlMs: 60_000, maxPerUser: 9 })
  expect((await store.list(0, 9)).map(({ messageId }) => messageId)).toEqual(['2', '3'])
})

it('a SQLite file has its feedback after a restart, and one gateway at a time', async () => {
  const path = join(folder, 'again.db')
  const first = sqliteFeedbackStore({ path })
  await first.put(feedback, { after: 0, ttlMs: 100_000, maxPerUser: 9 })
  expect(() => sqliteFeedbackStore({ path })).toThrow('is used by another gateway')
  await first.close()
  const second = sqliteFeedbackStore({ path })
  expect(await second.list(0, 9)).toEqual([feedback])
  await second.close()
})

it('a SQLite file knows after a restart who was erased', async () => {
  const path = join(folder, 'erased.db')
  const first = sqliteFeedbackStore({ path })
  await first.erase('u', 100_000)
  await first.close()
  const second = sqliteFeedbackStore({ path })
  expect(await second.put(feedback, { after: 0, ttlMs: 100_000, maxPerUser: 9 })).toBe(false)
  await second.close()
})

describe.skipIf(!hasRedis())('with a real Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.close())
  feedbackStoreSuite('Redis', { open: async () => redisFeedbackStore({ url: redis.url }), pass: ms => redis.pass(ms) })
})
