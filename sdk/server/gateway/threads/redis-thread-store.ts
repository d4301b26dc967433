import { openRedis, type RedisPlace } from '../open-redis.js'
import type { GatewayThreadStore, ThreadHead, ThreadKey, ThreadWritten } from './gateway-thread-store.js'

interface RedisHead extends ThreadHead { expires: number }

// Judges and writes in one go, as `judgeWrite` does. Numbers of 13 digits stay whole in a script's floats. A thread of which
// Redis has lost a part, because its memory was full, is none: else a phone would take over that it is empty.
const writeScript = `
local id, after, from, now, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local before, others, total = nil, 0, 0
local heads = redis.call('HGETALL', KEYS[1])
for i = 1, #heads, 2 do
  local head = cjson.decode(heads[i + 1])
  if head.expires <= now then redis.call('HDEL', KEYS[1], heads[i])
  elseif heads[i] == id then before = head
  else others = others + 1; total = total + head.bytes end
end
if before and (redis.call('LLEN', KEYS[2]) ~= before.count or redis.call('EXISTS', KEYS[3]) == 0) then before = nil end
local version = before and before.version or tonumber(redis.call('GET', KEYS[4]) or 0)
if after ~= version or from > (before and before.count or 0) then return { 'conflict', string.format('%.0f', version) } end
local bytes = #ARGV[8]
if from > 0 then for _, item in ipairs(redis.call('LRANGE', KEYS[2], 0, from - 1)) do bytes = bytes + #item end end
for i = 9, #ARGV do bytes = bytes + #ARGV[i] end
if not before and others >= tonumber(ARGV[6]) then return { 'full' } end
if bytes > (before and before.bytes or 0) and total + bytes > tonumber(ARGV[7]) then return { 'full' } end
version = math.max(now, version + 1)
if from == 0 then redis.call('DEL', KEYS[2]) else redis.call('LTRIM', KEYS[2], 0, from - 1) end
for i = 9, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
redis.call('SET', KEYS[3], ARGV[8])
redis.call('HSET', KEYS[1], id, cjson.encode({ id = id, version = version, at = now, count = from + #ARGV - 8, bytes = bytes, expires = now + ttl }))
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ttl) end
return { 'written', string.format('%.0f', version) }`

// Remembers when, as `nextErasure` has it.
const eraseScript = `
local at = math.max(tonumber(ARGV[3]), tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
local heads = redis.call('HGETALL', KEYS[1])
for i = 1, #heads, 2 do
  at = math.max(at, cjson.decode(heads[i + 1]).version + 1)
  redis.call('DEL', ARGV[1] .. heads[i], ARGV[2] .. heads[i])
end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], string.format('%.0f', at), 'PX', ARGV[4])`

/**
 * Keeps threads in Redis, for several gateways. Redis must not lose them: turn its persistence on. A command that was sent
 * again after a lost connection may find its own write and report a conflict; phones then read, and see that it is theirs.
 */
export function redisThreadStore({ url, prefix = 'sampan:', commandTimeoutMs: commandTimeout = 10_000 }: RedisPlace): GatewayThreadStore {
  const redis = openRedis(url, { commandTimeout }, { sampanThreadWrite: { numberOfKeys: 4, lua: writeScript }, sampanThreadsErase: { numberOfKeys: 2, lua: eraseScript } })
  // Braces: in a cluster, what one script touches must be in one place.
  const baseOf = (userId: string): string => `${prefix}{${encodeURIComponent(userId)}}:`
  const headsKey = (userId: string): string => `${baseOf(userId)}threads`
  const erasureKey = (userId: string): string => `${baseOf(userId)}threads-erased`
  const itemsKey = ({ userId, id }: ThreadKey): string => `${baseOf(userId)}thread:${id}`
  const restKey = ({ userId, id }: ThreadKey): string => `${baseOf(userId)}thread-rest:${id}`
  return {
    async list(userId) {
      const heads = (await redis.hvals(headsKey(userId))).map(text => JSON.parse(text) as RedisHead)
      return heads.filter(({ expires }) => expires > Date.now()).sort((a, b) => b.version - a.version).map(headOf)
    },
    async read(key) {
      const asked = redis.multi().hget(headsKey(key.userId), key.id).lrange(itemsKey(key), 0, -1).get(restKey(key))
      const [head, items, rest] = ((await asked.exec()) ?? []).map(([error, result]) => {
        if (error) throw error
        return result
      }) as [string | null, string[], string | null]
      const found = head === null ? undefined : (JSON.parse(head) as RedisHead)
      return found && rest !== null && items.length === found.count && found.expires > Date.now() ? { ...headOf(found), items, rest } : undefined
    },
    async write(key, { after, from, items, rest, ttlMs, maxThreads, maxBytes }) {
      const args = [key.id, after, from, Date.now(), ttlMs, finite(maxThreads), finite(maxBytes), rest, ...items]
      const [type, version] = (await redis.sampanThreadWrite(headsKey(key.userId), itemsKey(key), restKey(key), erasureKey(key.userId), ...args)) as [ThreadWritten['type'], string]
      return type === 'full' ? { type } : { type, version: Number(version) }
    },
    async delete(key) {
      await redis.multi().hdel(headsKey(key.userId), key.id).del(itemsKey(key), restKey(key)).exec()
    },
    async erase(userId, ttlMs) {
      await redis.sampanThreadsErase(headsKey(userId), erasureKey(userId), itemsKey({ userId, id: '' }), restKey({ userId, id: '' }), Date.now(), finite(ttlMs))
    },
    async erasedAt(userId) {
      return Number(await redis.get(erasureKey(userId)))
    },
    async close() {
      redis.disconnect()
    },
  }
}

function finite(limit: number): number {
  return Math.min(limit, Number.MAX_SAFE_INTEGER)
}

function headOf({ id, version, at, count, bytes }: RedisHead): ThreadHead {
  return { id, version, at, count, bytes }
}
