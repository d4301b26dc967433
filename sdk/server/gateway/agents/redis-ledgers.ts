import { randomUUID } from 'node:crypto'
import { openRedis, type RedisPlace } from '../open-redis.js'
import { type HostedLedgers, ledgerLimits, type LedgerKey, ledgersOver } from './hosted-ledgers.js'

// A ledger is a list, its epoch first and then its calls in the order in which they came, and a hash of their texts. A
// sorted set has the threads of the user, by when they are over.

/** Keys: calls, texts, threads. Arguments: thread, epoch for a new one, milliseconds to keep it, the time now, most threads, what the keys of calls and of texts begin with. */
const openScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[4])
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('RPUSH', KEYS[1], ARGV[2])
end
redis.call('ZADD', KEYS[3], ARGV[4] + ARGV[3], ARGV[1])
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end
for _, old in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1 - ARGV[5])) do
  redis.call('DEL', ARGV[6] .. old, ARGV[7] .. old)
  redis.call('ZREM', KEYS[3], old)
end
return { redis.call('LINDEX', KEYS[1], 0), redis.call('HGETALL', KEYS[2]) }`

/** Keys: calls, texts. Arguments: epoch, call, text that is there ('': none), new text, most bytes, milliseconds to keep it. */
const swapScript = `
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
local known = redis.call('HGET', KEYS[2], ARGV[2]) or ''
if known == ARGV[4] then return 1 end
if known ~= ARGV[3] then return 0 end
if known == '' then redis.call('RPUSH', KEYS[1], ARGV[2]) end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
local bytes = 0
for _, text in ipairs(redis.call('HVALS', KEYS[2])) do bytes = bytes + #text end
while bytes > tonumber(ARGV[5]) do
  local old = redis.call('LINDEX', KEYS[1], 1)
  if not old or old == ARGV[2] then break end
  bytes = bytes - redis.call('HSTRLEN', KEYS[2], old)
  redis.call('HDEL', KEYS[2], old)
  redis.call('LREM', KEYS[1], 1, old)
end
return 1`

/** Keys: threads. Arguments: what the keys of calls and of texts begin with. */
const eraseScript = `
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', ARGV[1] .. id, ARGV[2] .. id) end
redis.call('DEL', KEYS[1])`

/**
 * Keeps ledgers in Redis, for several gateways: what was asked on one is answered on any. Redis must not lose them: turn its
 * persistence on. What it loses is asked for again.
 */
export function redisLedgers({ url, prefix = 'sampan:', commandTimeoutMs: commandTimeout = 10_000 }: RedisPlace): HostedLedgers {
  const { maxThreadsPerUser, maxBytesPerThread, ttlMs } = ledgerLimits
  const redis = openRedis(url, { commandTimeout }, {
    sampanLedgerOpen: { numberOfKeys: 3, lua: openScript },
    sampanLedgerSwap: { numberOfKeys: 2, lua: swapScript },
    sampanLedgersErase: { numberOfKeys: 1, lua: eraseScript },
  })
  // Braces: in a cluster, what one script touches must be in one place.
  const keysOf = ({ userId, threadId }: LedgerKey): [calls: string, texts: string, threads: string] =>
    ['ledger-calls:', 'ledger-texts:', 'ledgers'].map((word, index) => `${prefix}{${encodeURIComponent(userId)}}:${word}${index < 2 ? threadId : ''}`) as [string, string, string]
  return ledgersOver({
    async open(key) {
      const [callsOf, textsOf] = keysOf({ ...key, threadId: '' })
      const [epoch, flat] = (await redis.sampanLedgerOpen(...keysOf(key), key.threadId, randomUUID(), ttlMs, Date.now(), maxThreadsPerUser, callsOf, textsOf)) as [string, string[]]
      return { epoch, texts: flat.flatMap((id, index): [string, string][] => (index % 2 === 0 ? [[id, flat[index + 1]!]] : [])) }
    },
    async swap(key, epoch, { toolCallId, before = '', text }) {
      const [calls, texts] = keysOf(key)
      return (await redis.sampanLedgerSwap(calls, texts, epoch, toolCallId, before, text, maxBytesPerThread, ttlMs)) === 1
    },
    async erase(userId) {
      const [callsOf, textsOf, threads] = keysOf({ userId, threadId: '' })
      await redis.sampanLedgersErase(threads, callsOf, textsOf)
    },
    async close() {
      redis.disconnect()
    },
  })
}
