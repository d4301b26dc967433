import { type FeedbackStore, feedbackName, type StoredFeedback, userName } from './feedback-store.js'
import { openRedis, type RedisPlace } from '../open-redis.js'

// A hash has the feedback by name; sorted sets have the names by time, by when they are over, and for each user by time.
// Of each user there is when they were erased. In every script: keys of the first three, and where it judges or makes an
// erasure the key of that; the first argument is what keys of users begin with, and a name begins with its user.
const prelude = `
local function drop(names)
  for _, name in ipairs(names) do
    redis.call('HDEL', KEYS[1], name)
    redis.call('ZREM', KEYS[2], name)
    redis.call('ZREM', KEYS[3], name)
    redis.call('ZREM', ARGV[1] .. string.match(name, '^[^ ]*'), name)
  end
end`

/** Arguments: name, feedback, its time, the time now, when it is over, most of a user, the erasure that its sender knew. */
const putScript = `${prelude}
if tonumber(ARGV[8]) < tonumber(redis.call('GET', KEYS[4]) or 0) then return 0 end
drop(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[5], 'LIMIT', 0, 1000))
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[2])
local own = ARGV[1] .. string.match(ARGV[2], '^[^ ]*')
redis.call('ZADD', own, ARGV[4], ARGV[2])
drop(redis.call('ZRANGE', own, 0, -1 - ARGV[7]))
return 1`

/** Arguments: the time now. */
const sweepScript = `${prelude}
drop(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[2], 'LIMIT', 0, 1000))`

/** Arguments: name. */
const deleteScript = `${prelude}
drop({ ARGV[2] })`

/** Arguments: the user, as names begin with it, the time now, for how long it is remembered. */
const eraseScript = `${prelude}
local at = math.max(tonumber(ARGV[3]), tonumber(redis.call('GET', KEYS[4]) or 0) + 1)
redis.call('SET', KEYS[4], string.format('%.0f', at), 'PX', ARGV[4])
drop(redis.call('ZRANGE', ARGV[1] .. ARGV[2], 0, -1))`

/** Keeps feedback in Redis, for several gateways. Redis must not lose it: turn its persistence on. */
export function redisFeedbackStore({ url, prefix = 'sampan:', commandTimeoutMs: commandTimeout = 10_000 }: RedisPlace): FeedbackStore {
  const numberOfKeys = 3
  const redis = openRedis(url, { commandTimeout }, {
    sampanFeedbackPut: { numberOfKeys: 4, lua: putScript },
    sampanFeedbackSweep: { numberOfKeys, lua: sweepScript },
    sampanFeedbackDelete: { numberOfKeys, lua: deleteScript },
    sampanFeedbackErase: { numberOfKeys: 4, lua: eraseScript },
  })
  // Braces: in a cluster, what one script touches must be in one place.
  const base = `${prefix}{feedback}:`
  const [entries, byTime, byExpiry] = ['entries', 'times', 'expiries'].map(word => base + word) as [string, string, string]
  const ofUsers = `${base}of:`
  const first = [entries, byTime, byExpiry, ofUsers] as const
  const erasureKey = (userId: string): string => `${base}erased:${userName(userId)}`
  const judging = (userId: string) => [entries, byTime, byExpiry, erasureKey(userId), ofUsers] as const
  return {
    async put(feedback, { after, ttlMs, maxPerUser }) {
      const { userId, threadId, messageId, at } = feedback
      const args = [feedbackName(userId, threadId, messageId), JSON.stringify(feedback), at, Date.now(), Date.now() + ttlMs, maxPerUser, after]
      return (await redis.sampanFeedbackPut(...judging(userId), ...args)) === 1
    },
    async delete(userId, threadId, messageId) {
      await redis.sampanFeedbackDelete(...first, feedbackName(userId, threadId, messageId))
    },
    async list(since, limit) {
      await redis.sampanFeedbackSweep(...first, Date.now())
      const names = await redis.zrangebyscore(byTime, since, '+inf', 'LIMIT', 0, limit)
      const found = names.length > 0 ? await redis.hmget(entries, ...names) : []
      return found.flatMap(json => (json === null ? [] : [JSON.parse(json) as StoredFeedback]))
    },
    async erase(userId, ttlMs) {
      await redis.sampanFeedbackErase(...judging(userId), userName(userId), Date.now(), Math.min(ttlMs, Number.MAX_SAFE_INTEGER))
    },
    async erasedAt(userId) {
      return Number(await redis.get(erasureKey(userId)))
    },
    async close() {
      redis.disconnect()
    },
  }
}
