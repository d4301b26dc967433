import { within } from '../sse-response.js'
import type { SlotLimiter } from '../limits.js'
import type { LogSettings } from '../options.js'
import { Problem } from '../problem.js'
import { errorFrame } from '../relay.js'
import { startReading, type LogReading } from './log-reading.js'
import { keyText, type LogKey, type LogStore } from './log-store.js'
import { cancelled, type RunningLog } from './running-log.js'

/** What a {@link LogBook} is made of. */
export interface LogBookOptions {
  store: LogStore
  settings: LogSettings
  /** Milliseconds a completion may last. */
  maxCompletionMs: number
  /** Places to read, by user. */
  readers: SlotLimiter
}

/** The logs of a gateway: those it writes, and all that it may read. */
export interface LogBook {
  readonly settings: LogSettings
  /**
   * Joins the log of this key, or has it made. `start` is called where there is none, and only for one of those who ask
   * at the same time.
   *
   * @returns the log, where this gateway writes it.
   */
  open(key: LogKey, start: (store: LogStore) => Promise<RunningLog | undefined>): Promise<RunningLog | undefined>
  /** Begins to read behind `after`. Throws a 429 where its user reads too many already. */
  read(key: LogKey, after: number, requestId: string): LogReading
  /** Whoever writes it is told that its readers may come back. */
  keep(key: LogKey): void
  /**
   * Ends a log, here or on another gateway. Says whether it has ended when this returns: after two seconds at the latest.
   * `onUnknown` is called, and may throw, before it is noted of an id without a log that it is cancelled.
   */
  cancel(key: LogKey, requestId: string, onUnknown?: () => void): Promise<boolean>
  /** Forgets all logs of a user and ends those that run. */
  erase(userId: string): Promise<void>
  /** Waits, for a second at most, until what runs here is written and read, and closes the store. */
  close(): Promise<void>
}

/** How long a cancel waits for the end, how often it is told again, how long a close waits, in milliseconds. */
const cancelMs = 2000
const tellAgainMs = 250
const closeMs = 1000
/** How often a reader looks although it was told nothing, in milliseconds. */
const lookMs = 2000

/** Opens the book over a store. */
export function createLogBook({ store, settings, maxCompletionMs, readers }: LogBookOptions): LogBook {
  const running = new Map<string, RunningLog>()
  const opening = new Map<string, Promise<RunningLog | undefined>>()
  const readings = new Set<LogReading>()
  let onIdle = (): void => {}

  const make = async (key: LogKey, start: (store: LogStore) => Promise<RunningLog | undefined>): Promise<RunningLog | undefined> => {
    if (await store.read(key, 0, 0)) return undefined
    const log = await start(store)
    if (!log) return undefined
    running.set(keyText(key), log)
    void log.ended.finally(() => running.delete(keyText(key)))
    return log
  }
  const begin = (key: LogKey, after: number, requestId: string, release: () => void): LogReading => {
    const { retentionMs: ttlMs, graceMs, maxFramesBehind } = settings
    const reading = startReading({
      store, key, after, requestId, ttlMs, maxFramesBehind,
      running: running.get(keyText(key)),
      stalledMs: maxCompletionMs,
      lookMs: Math.max(10, Math.min(lookMs, graceMs / 3)),
      onLeave() {
        release()
        readings.delete(reading)
        if (readings.size === 0) onIdle()
      },
    })
    readings.add(reading)
    return reading
  }
  return {
    settings,
    async open(key, start) {
      const name = keyText(key)
      const known = running.get(name) ?? opening.get(name)
      if (known) return known
      const work = make(key, start)
      opening.set(name, work)
      try {
        return await work
      } finally {
        opening.delete(name)
      }
    },
    read: (key, after, requestId) => begin(key, after, requestId, readers.take(key.userId)),
    keep(key) {
      const own = running.get(keyText(key))
      if (own) own.keep()
      else store.tell(key, 'read')
    },
    async cancel(key, requestId, onUnknown = () => {}) {
      await opening.get(keyText(key))?.catch(() => {})
      const own = running.get(keyText(key))
      if (own) {
        own.stop(cancelled())
        return (await within(own.ended.then(() => true), cancelMs)) ?? false
      }
      const slice = await store.read(key, 0, 0)
      if (slice?.isDone) return true
      if (!slice) onUnknown()
      if (!slice && (await bury(store, key, requestId, settings.retentionMs))) return true
      // No place of its user's is taken: what runs can always be stopped.
      return cancelElsewhere(store, begin(key, slice?.last ?? 0, requestId, () => {}), key)
    },
    erase: userId => eraseLogs(userId, store, running, opening),
    async close() {
      const idle = new Promise<void>(resolve => (onIdle = resolve))
      await within(Promise.all([...running.values()].map(({ ended }) => ended)), closeMs)
      if (readings.size > 0) await within(idle, closeMs)
      for (const reading of [...readings]) reading.leave()
      await store.close()
    },
  }
}

/** Forgets a user's logs, and ends those that run, or are about to. */
async function eraseLogs(userId: string, store: LogStore, running: Map<string, RunningLog>, opening: Map<string, Promise<unknown>>): Promise<void> {
  const base = keyText({ userId, id: '' })
  await Promise.allSettled([...opening].flatMap(([name, work]) => (name.startsWith(base) ? [work] : [])))
  const own = [...running.values()].filter(({ key }) => key.userId === userId)
  await store.erase(userId)
  for (const log of own) log.stop(cancelled())
  await within(Promise.all(own.map(({ ended }) => ended)), cancelMs)
}

/** An id that is cancelled before its request arrives stays cancelled. */
async function bury(store: LogStore, key: LogKey, requestId: string, ttlMs: number): Promise<boolean> {
  return (await store.create(key, ttlMs)) && store.append(key, { frames: [errorFrame(cancelled(), requestId, 1)], isLast: true, ttlMs })
}

async function cancelElsewhere(store: LogStore, reading: LogReading, key: LogKey): Promise<boolean> {
  store.tell(key, 'cancel')
  // A gateway may not have heard it.
  const timer = setInterval(() => store.tell(key, 'cancel'), tellAgainMs)
  try {
    return (await within(drain(reading), cancelMs)) ?? false
  } finally {
    clearInterval(timer)
    reading.leave()
  }
}

async function drain({ frames }: LogReading): Promise<boolean> {
  try {
    while (!(await frames.next()).done);
  } catch (error) {
    // A log that is gone has ended too.
    if (!(error instanceof Problem)) throw error
  }
  return true
}
