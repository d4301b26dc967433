import type { LogFrame, LogPage } from '../protocol/log-wire.js'

/** What a {@link StreamLog} is read by. */
export interface LogReader {
  onFrame(frame: LogFrame): void
  onDone(): void
}

/** A numbered log of one stream, which any number of readers may follow from any place. */
export interface StreamLog {
  readonly id: string
  /** How many readers there are now. */
  readonly readers: number
  /** Whether somebody said that nobody wants it any more. */
  readonly isCancelled: boolean
  push(data: string, event?: string): void
  end(): void
  cancel(): void
  /** Hands over what is there behind `after`, then what comes. Returns what ends the reading. */
  follow(after: number, reader: LogReader): () => void
  /** The frames behind `after`, as soon as there is one, or the end, or `waitMs` have passed. */
  page(after: number, waitMs: number): Promise<LogPage>
}

export function createStreamLog(id: string): StreamLog {
  const frames: LogFrame[] = []
  const readers = new Set<LogReader>()
  let isDone = false
  let isCancelled = false
  const log: StreamLog = {
    id,
    get readers() {
      return readers.size
    },
    get isCancelled() {
      return isCancelled
    },
    push(data, event) {
      const frame: LogFrame = { seq: frames.length + 1, data, ...(event && { event }) }
      frames.push(frame)
      readers.forEach(reader => reader.onFrame(frame))
    },
    end() {
      isDone = true
      readers.forEach(reader => reader.onDone())
      readers.clear()
    },
    cancel() {
      isCancelled = true
      log.end()
    },
    follow(after, reader) {
      readers.add(reader)
      frames.slice(after).forEach(frame => reader.onFrame(frame))
      if (isDone) {
        readers.delete(reader)
        reader.onDone()
      }
      return () => void readers.delete(reader)
    },
    page: (after, waitMs) =>
      new Promise(resolve => {
        const answer = (): void => {
          clearTimeout(timer)
          stop()
          resolve({ frames: frames.slice(after), isDone })
        }
        const timer = setTimeout(answer, waitMs)
        const stop = frames.length > after || isDone ? () => {} : log.follow(after, { onFrame: answer, onDone: answer })
        if (frames.length > after || isDone) answer()
      }),
  }
  return log
}
