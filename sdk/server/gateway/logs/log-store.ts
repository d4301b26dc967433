import type { Frame } from '../frames.js'

/** Whose log it is, and the id its client minted. The same id of another user is another log. */
export interface LogKey { userId: string; id: string }

/** What there is of a log behind a place in it. */
export interface LogSlice {
  /** The frames asked for, in order. */
  frames: Frame[]
  /** Number of the oldest frame that is kept; one more than `last` where there is none. */
  first: number
  /** Number of the newest frame, 0 while there is none. */
  last: number
  /** No frame will follow. */
  isDone: boolean
  /** It has no end, and whoever wrote it is gone: no frame will follow either. */
  isOrphan: boolean
}

/** Frames to put at the end of a log. */
export interface LogAppend {
  /** Numbered on from the last one. */
  frames: Frame[]
  /** The last of them ends the log. */
  isLast: boolean
  /** Frames below this number are not kept any longer. */
  keepFrom?: number
  /** Milliseconds for which the log is kept from now on. */
  ttlMs: number
}

/**
 * What is said about a log, to whoever watches it on any gateway. `grown`: it may have changed; `cancel`: nobody wants it
 * any more; `read`: somebody reads it on another gateway.
 */
export type LogNote = 'grown' | 'cancel' | 'read'

/**
 * Where stream logs are kept. One log is written by one gateway, the one that made it; all may read it. Implementations
 * pass the suite in `__fixtures__/log-store-suite.ts`.
 */
export interface LogStore {
  /** Makes an empty log. `false` where there is one of this key: of many who try at the same time one succeeds. */
  create(key: LogKey, ttlMs: number): Promise<boolean>
  /**
   * Adds to a log. `false`, and nothing is added, where the log is not there (any more) or has ended by another hand.
   * To write frames again that are there already does nothing.
   */
  append(key: LogKey, append: LogAppend): Promise<boolean>
  /** The frames behind `after`, at most `limit` of them. Nothing where there is no such log. */
  read(key: LogKey, after: number, limit: number): Promise<LogSlice | undefined>
  /** Forgets a log. */
  delete(key: LogKey): Promise<void>
  /** Forgets all logs of a user, and tells `cancel` to whoever writes one. */
  erase(userId: string): Promise<void>
  /** Tells every watcher of a log. May be lost: whoever waits looks again now and then. */
  tell(key: LogKey, note: LogNote): void
  /** Hears what is told about a log, its own appends included, until the returned function is called. */
  watch(key: LogKey, listener: (note: LogNote) => void): () => void
  /** Ends connections and timers. Nothing may be called after it. */
  close(): Promise<void>
}

/** A key as one word: the id has no blank in it, and the user none that is not escaped. */
export function keyText({ userId, id }: LogKey): string {
  return `${encodeURIComponent(userId)} ${id}`
}

/** Whether a frame ends its log: `[DONE]`, an error, or the last event of a run. */
export function endsLog({ lines: [first] }: Frame): boolean {
  return first === 'data: [DONE]' || first === 'event: error' || first === RUN_END
}

/** The first line of a frame that holds the last event of a hosted run. AG-UI's clients pass over names of events. */
export const RUN_END = 'event: done'

/** What a frame weighs against limits, in bytes: its text, and about what keeping it costs. */
export function frameBytes({ lines }: Frame): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 64)
}

/** What frames weigh together. */
export function weightOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, frame) => sum + frameBytes(frame), 0)
}
