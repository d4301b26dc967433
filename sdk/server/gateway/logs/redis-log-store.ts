import { randomUUID } from 'node:crypto'
import { openRedis, type RedisPlace } from '../open-redis.js'
import { keyText, type LogKey, type LogStore } from './log-store.js'
import { createRedisChannels } from './redis-channels.js'
import { appendScript, createScript, eraseScript } from './redis-scripts.js'

/** Where a {@link redisLogStore} keeps its logs. */
export interface RedisLogStoreOptions extends RedisPlace {
  /**
   * Milliseconds a gateway counts as alive after it last said so; it says so three times as often. What a dead one wrote
   * is over after that. Default 15 seconds.
   */
  leaseMs?: number
}

type Row = [id: string, fields: string[]]

/**
 * Keeps logs in Redis Streams (Redis 6.2 or later), for several gateways: each of them may serve and cancel every log.
 * A log whose gateway died reads as an orphan after 15 seconds.
 *
 * Every key has an expiry, so a limit of all logs together is Redis's own: `maxmemory` with `maxmemory-policy
 * volatile-ttl`. A log that Redis loses ends with an error: turn its persistence on where restarts must not show.
 */
export function redisLogStore({ url, prefix = 'sampan:', commandTimeoutMs: commandTimeout = 10_000, leaseMs = 15_000 }: RedisLogStoreOptions): LogStore {
  const redis = openRedis(url, { commandTimeout }, {
    sampanCreate: { numberOfKeys: 2, lua: createScript },
    sampanAppend: { numberOfKeys: 2, lua: appendScript },
    sampanErase: { numberOfKeys: 1, lua: eraseScript },
  })
  const ear = openRedis(url, {})
  const channels = createRedisChannels(ear)
  const own = randomUUID()
  // Logs this store writes. A log of ours that is not among them is one that Redis made after we had given up on it.
  const writing = new Set<string>()
  const nodeKey = (node: string): string => `${prefix}gateway:${node}`
  // Braces: in a cluster, what one script touches must be in one place.
  const baseOf = (userId: string): string => `${prefix}{${encodeURIComponent(userId)}}:`
  const streamOf = ({ userId, id }: LogKey): string => `${baseOf(userId)}log:${id}`
  const channelOf = ({ userId, id }: LogKey): string => `${baseOf(userId)}say:${id}`
  const listOf = ({ userId }: Pick<LogKey, 'userId'>): string => `${baseOf(userId)}logs`

  const beat = (): void => void redis.set(nodeKey(own), '1', 'PX', leaseMs).catch(() => {})
  const timer = setInterval(beat, leaseMs / 3)
  timer.unref()
  redis.on('ready', beat)
  const isWritten = async (key: LogKey, writer: string): Promise<boolean> =>
    writer === own ? writing.has(keyText(key)) : (await redis.exists(nodeKey(writer))) === 1
  return {
    async create(key, ttlMs) {
      const isOurs = (await redis.sampanCreate(streamOf(key), listOf(key), own, key.id, ttlMs, Date.now())) === 1
      if (isOurs) writing.add(keyText(key))
      return isOurs
    },
    async append(key, { frames, isLast, keepFrom = 0, ttlMs }) {
      const rows = frames.flatMap(({ seq, lines }) => [seq, lines.join('\n')])
      const args = [own, key.id, ttlMs, Date.now(), isLast ? 1 : 0, keepFrom, channelOf(key), ...rows]
      const isThere = (await redis.sampanAppend(streamOf(key), listOf(key), ...args)) === 1
      if (isLast || !isThere) writing.delete(keyText(key))
      return isThere
    },
    async read(key, after, limit) {
      const stream = streamOf(key)
      const asked = redis.multi().xrevrange(stream, '+', '-', 'COUNT', 1).xrange(stream, '1-0', '+', 'COUNT', 1)
      if (limit > 0) asked.xrange(stream, `${after + 1}-0`, '+', 'COUNT', Math.min(limit, 2 ** 31))
      const [[newest], [oldest], rows = []] = ((await asked.exec()) ?? []).map(([error, result]) => {
        if (error) throw error
        return result as Row[]
      }) as [Row[], Row[], Row[]?]
      if (!newest) return undefined
      const last = seqOf(newest)
      const isDone = newest[1][5] === '1'
      const frames = rows.map(row => ({ seq: seqOf(row), lines: row[1][3]!.split('\n') }))
      const isOrphan = !isDone && frames.length === 0 && !(await isWritten(key, newest[1][1]!))
      return { frames, first: oldest ? seqOf(oldest) : last + 1, last, isDone, isOrphan }
    },
    async delete(key) {
      writing.delete(keyText(key))
      await redis.multi().del(streamOf(key)).zrem(listOf(key), key.id).publish(channelOf(key), 'grown').exec()
    },
    async erase(userId) {
      await redis.sampanErase(listOf({ userId }), streamOf({ userId, id: '' }), channelOf({ userId, id: '' }))
    },
    tell: (key, note) => void redis.publish(channelOf(key), note).catch(() => {}),
    watch: (key, listener) => channels.watch(channelOf(key), listener),
    async close() {
      clearInterval(timer)
      // What this gateway wrote is over at once, and not when its time is.
      if (redis.status === 'ready') await redis.del(nodeKey(own)).catch(() => {})
      redis.disconnect()
      ear.disconnect()
    },
  }
}

function seqOf([id]: Row): number {
  return Number(id.split('-')[0])
}
