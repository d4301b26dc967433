import type { Redis } from 'ioredis'
import type { LogNote } from './log-store.js'

/** Hears channels of Redis. */
export interface RedisChannels {
  watch(channel: string, listener: (note: LogNote) => void): () => void
}

/**
 * Many listeners on one connection that only listens. Whoever begins to listen is told `grown` once Redis listens too, and
 * everybody is after a break: what was said until then, nobody heard.
 */
export function createRedisChannels(connection: Redis): RedisChannels {
  const listeners = new Map<string, Set<(note: LogNote) => void>>()
  const tell = (channel: string, note: LogNote): void => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener(note)
  }
  connection.on('message', (channel: string, note: string) => tell(channel, note as LogNote))
  connection.on('ready', () => {
    for (const channel of [...listeners.keys()]) tell(channel, 'grown')
  })
  return {
    watch(channel, listener) {
      const own = (note: LogNote): void => listener(note)
      const all = listeners.get(channel) ?? new Set()
      const isNew = all.size === 0
      listeners.set(channel, all.add(own))
      if (isNew) connection.subscribe(channel).then(() => tell(channel, 'grown'), () => {})
      return () => {
        all.delete(own)
        if (all.size > 0 || listeners.get(channel) !== all) return
        listeners.delete(channel)
        connection.unsubscribe(channel).catch(() => {})
      }
    },
  }
}
