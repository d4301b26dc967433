import { dataOf, type Frame } from '../frames.js'
import { Problem } from '../problem.js'
import { errorLines, runErrorLines } from '../relay.js'
import { truncated } from '../upstream.js'
import { foldFrames } from './fold-frames.js'
import type { LogKey, LogSlice, LogStore } from './log-store.js'
import type { RunningLog } from './running-log.js'

/** Somebody who reads a log. */
export interface LogReading {
  /** The frames behind the place it began at, as they come. Ends after the last; fails with a {@link Problem}. */
  readonly frames: AsyncGenerator<Frame, void>
  /** It came to the log's end. Where `frames` ends without, it was left: more frames may follow. */
  readonly isComplete: boolean
  /** Reads no more. May be called twice; reading to the end does it too. */
  leave(): void
}

/** What a reading is made of. */
export interface LogReadingOptions {
  store: LogStore
  key: LogKey
  after: number
  /** Where this gateway writes the log: what it knows of it. */
  running: RunningLog | undefined
  /** For the error that ends a log whose writer died. */
  requestId: string
  ttlMs: number
  /** Frames it may be behind before they are folded. */
  maxFramesBehind: number
  /** Milliseconds without a frame after which the writer counts as dead, whatever it says. */
  stalledMs: number
  /** Milliseconds after which a reader looks again although it was told nothing. */
  lookMs: number
  onLeave(): void
}

/** Frames read at a time: few enough for a phone that reads slowly, enough to catch up fast. */
const batch = 256

/** Begins to read. Whoever does must read to the end, or leave. */
export function startReading(options: LogReadingOptions): LogReading {
  const { store, key, running, lookMs, onLeave } = options
  const alarm = createAlarm()
  let isOpen = true
  let isComplete = false
  const leaveWriter = running?.enter()
  const look = (): void => {
    // Another gateway writes it, and would stop for want of readers.
    if (!running) store.tell(key, 'read')
    alarm.ring()
  }
  if (!running) store.tell(key, 'read')
  const stopHearing = store.watch(key, note => note !== 'read' && alarm.ring())
  const timer = setInterval(look, lookMs)
  const reading: LogReading = {
    frames: readFrames(options, alarm, () => isOpen, hasEnd => {
      isComplete = hasEnd
      reading.leave()
    }),
    get isComplete() {
      return isComplete
    },
    leave() {
      if (!isOpen) return
      isOpen = false
      clearInterval(timer)
      stopHearing()
      leaveWriter?.()
      alarm.ring()
      onLeave()
    },
  }
  return reading
}

async function* readFrames(options: LogReadingOptions, alarm: Alarm, isOpen: () => boolean, leave: (hasEnd: boolean) => void): AsyncGenerator<Frame, void> {
  const { store, key, running, maxFramesBehind, stalledMs } = options
  let { after } = options
  let grewAt = performance.now()
  let hasEnd = false
  try {
    while (isOpen()) {
      alarm.set()
      const slice = await store.read(key, after, batch)
      if (!slice) throw running?.refusal ?? logNotFound()
      check(slice, after)
      const { last, isDone, isOrphan } = slice
      const frames = last - after > maxFramesBehind ? await readFolded(store, key, after, last) : slice.frames
      for (const frame of frames) {
        if (!isOpen()) return
        yield frame
        after = frame.seq
      }
      hasEnd = isDone && after >= last
      if (hasEnd) return
      if (frames.length > 0) grewAt = performance.now()
      else if (isOrphan || performance.now() - grewAt > stalledMs) await endOrphan(options, last)
      else await alarm.rung
    }
  } finally {
    leave(hasEnd)
  }
}

/** A place in a log that is no longer kept, or was never reached. To go on from another would lose text. */
function check({ first, last }: LogSlice, after: number): void {
  if (after > last || (after + 1 < first && last > after)) {
    throw new Problem('log_expired', `Frame ${after + 1} of this log is not kept.`)
  }
}

async function readFolded(store: LogStore, key: LogKey, after: number, last: number): Promise<Frame[]> {
  const slice = await store.read(key, after, last - after)
  if (!slice) throw logNotFound()
  check(slice, after)
  return foldFrames(slice.frames)
}

/** Ends a log whose writer is gone. Where another reader was faster, or the writer lives, it changes nothing. */
async function endOrphan({ store, key, requestId, ttlMs }: LogReadingOptions, last: number): Promise<void> {
  const before = last > 0 ? await store.read(key, last - 1, 1) : undefined
  const say = before?.frames.some(isOfRun) ? runErrorLines : errorLines
  await store.append(key, { frames: [{ seq: last + 1, lines: say(truncated(), requestId) }], isLast: true, ttlMs })
}

/** Whether a frame is of a hosted run: its log ends as AG-UI has it. */
function isOfRun({ lines }: Frame): boolean {
  try {
    return typeof (JSON.parse(dataOf(lines)) as { type?: unknown } | null)?.type === 'string'
  } catch {
    return false
  }
}

/** There is no such log of this user. */
export function logNotFound(): Problem {
  return new Problem('log_not_found', 'There is no log of this id (any more).')
}

/** Wakes one who waits; also one who was about to. */
interface Alarm { readonly rung: Promise<void>; set(): void; ring(): void }

function createAlarm(): Alarm {
  let rung = Promise.resolve()
  let wake = (): void => {}
  return {
    get rung() {
      return rung
    },
    set: () => void (rung = new Promise(resolve => (wake = resolve))),
    ring: () => wake(),
  }
}
