import type { Frame } from '../frames.js'
import { endsLog, frameBytes, type LogKey, type LogStore } from './log-store.js'

/** What a {@link LogWriter} is bound to. */
export interface LogWriterOptions {
  store: LogStore
  key: LogKey
  /** Bytes of the log, above which its oldest frames are dropped. */
  maxBytes: number
  /** Milliseconds a log is kept after its last frame. */
  ttlMs: number
  /** The log is gone, or its store failed: whatever more is written is lost. */
  onLost(cause?: unknown): void
}

/** Writes one log. */
export interface LogWriter {
  /** Takes a frame. The promise it may give is one to wait for before the next: the store is behind. */
  push(frame: Frame): Promise<void> | void
  /** Resolves when the store has everything. Never rejects. */
  flushed(): Promise<void>
}

/** Frames that may wait for a store before its writer is held back. */
const maxWaiting = 256

/** Hands frames to a store in the order they came. Those that come while the store is busy go together. */
export function createLogWriter({ store, key, maxBytes, ttlMs, onLost }: LogWriterOptions): LogWriter {
  const sizes: number[] = []
  let waiting: Frame[] = []
  let work: Promise<void> | undefined
  let first = 1
  let bytes = 0
  let isLost = false
  /** The oldest frame to keep. It jumps: dropping a quarter now and then costs less than one frame each time. */
  const weigh = (frame: Frame): void => {
    sizes.push(frameBytes(frame))
    bytes += sizes.at(-1)!
    if (bytes <= maxBytes) return
    let count = 0
    while (bytes > maxBytes * 0.75 && count < sizes.length - 1) bytes -= sizes[count++]!
    sizes.splice(0, count)
    first += count
  }
  const drain = async (): Promise<void> => {
    let keepFrom = 1
    while (waiting.length > 0 && !isLost) {
      const frames = waiting
      waiting = []
      const isLast = endsLog(frames.at(-1)!)
      const isThere = await store.append(key, { frames, isLast, ttlMs, ...(first > keepFrom && { keepFrom: (keepFrom = first) }) })
      if (!isThere) lose()
    }
  }
  const lose = (cause?: unknown): void => {
    isLost = true
    waiting = []
    onLost(cause)
  }
  const start = (): void => {
    work = drain().catch(lose).finally(() => {
      work = undefined
      // What came after the last look.
      if (waiting.length > 0) start()
    })
  }
  return {
    push(frame) {
      if (isLost) return
      weigh(frame)
      waiting.push(frame)
      if (!work) start()
      if (waiting.length > maxWaiting) return work
    },
    async flushed() {
      while (work) await work
    },
  }
}
