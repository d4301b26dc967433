import { createRequire } from 'node:module'
import type { Redis, RedisOptions } from 'ioredis'

/** Where a store keeps what it keeps in Redis. */
export interface RedisPlace {
  /** `redis://…`, or `rediss://…` for TLS. */
  url: string
  /** What every key begins with. Default `sampan:`. */
  prefix?: string
  /** Milliseconds a command may take, those included in which Redis is away. Default 10 seconds. */
  commandTimeoutMs?: number
}

/** A Redis that runs scripts of ours, by name. */
export type RedisWith<Name extends string> = Redis & Record<Name, (...args: (string | number)[]) => Promise<any>>

/** Connects, and again whenever the connection breaks. What fails for good is told by the command that fails. */
export function openRedis<Name extends string = never>(url: string, options: RedisOptions, scripts?: Record<Name, { numberOfKeys: number; lua: string }>): RedisWith<Name> {
  // Loaded here and not at the top: whoever keeps nothing in Redis needs none of it.
  const { Redis: RedisClient } = createRequire(import.meta.url)('ioredis') as { Redis: new (url: string, options: RedisOptions) => Redis }
  const client = new RedisClient(url, { maxRetriesPerRequest: null, retryStrategy: attempt => Math.min(attempt * 50, 1000), ...(scripts && { scripts }), ...options })
  client.on('error', () => {})
  return client as RedisWith<Name>
}
