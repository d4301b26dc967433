import { createRequire } from 'node:module'
import type { Redis, RedisOptions } from 'ioredis'
import { type FeedbackStore, feedbackName, type StoredFeedback } from './feedback-store.js'

/** Where a {@link redisFeedbackStore} keeps feedback. */
export interface RedisFeedbackStoreOptions {
  /** `redis://…`, or `rediss://…` for TLS. */
  url: string
  /** What every key begins with. Default `sampan:`. */
  prefix?: string
  /** Milliseconds a command may take, those included in which Redis is away. Default 10 seconds. */
  commandTimeoutMs?: number
}

/** Keeps feedback in Redis, for several gateways. Redis must not lose it: turn its persistence on. */
export function redisFeedbackStore({ url, prefix = 'sampan:', commandTimeoutMs = 10_000 }: RedisFeedbackStoreOptions): FeedbackStore {
  const redis = connect(url, { commandTimeout: commandTimeoutMs, maxRetriesPerRequest: null, retryStrategy: attempt => Math.min(attempt * 50, 1000) })
  // Braces: in a cluster, what is written together must be in one place.
  const [entries, byTime, byExpiry] = ['entries', 'times', 'expiries'].map(word => `${prefix}{feedback}:${word}`) as [string, string, string]
  async function drop(names: string[]): Promise<void> {
    if (names.length > 0) await redis.multi().hdel(entries, ...names).zrem(byTime, ...names).zrem(byExpiry, ...names).exec()
  }
  return {
    async put(feedback, ttlMs) {
      const { userId, threadId, messageId, at } = feedback
      const name = feedbackName(userId, threadId, messageId)
      await drop(await redis.zrangebyscore(byExpiry, '-inf', Date.now(), 'LIMIT', 0, 1000))
      await redis.multi().hset(entries, name, JSON.stringify(feedback)).zadd(byTime, at, name).zadd(byExpiry, Date.now() + ttlMs, name).exec()
    },
    delete: (userId, threadId, messageId) => drop([feedbackName(userId, threadId, messageId)]),
    async list(since, limit) {
      await drop(await redis.zrangebyscore(byExpiry, '-inf', Date.now(), 'LIMIT', 0, 1000))
      const names = await redis.zrangebyscore(byTime, since, '+inf', 'LIMIT', 0, limit)
      const found = names.length > 0 ? await redis.hmget(entries, ...names) : []
      return found.flatMap(json => (json === null ? [] : [JSON.parse(json) as StoredFeedback]))
    },
    async erase(userId) {
      const [user] = feedbackName(userId, '', '').split(' ')
      for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
        const [next, pairs] = await redis.hscan(entries, cursor, 'MATCH', `${user} *`, 'COUNT', 1000)
        await drop(pairs.filter((_, index) => index % 2 === 0))
        cursor = next
      }
    },
    async close() {
      redis.disconnect()
    },
  }
}

function connect(url: string, options: RedisOptions): Redis {
  // Loaded here and not at the top: whoever keeps feedback elsewhere needs none of it.
  const { Redis: RedisClient } = createRequire(import.meta.url)('ioredis') as { Redis: new (url: string, options: RedisOptions) => Redis }
  const client = new RedisClient(url, options)
  // It connects again by itself. What fails for good is told by the command that fails.
  client.on('error', () => {})
  return client
}
