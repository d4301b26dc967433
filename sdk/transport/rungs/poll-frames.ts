import { Observable, Subscriber } from 'rxjs'
import type { LogRequest } from './rung.js'
import type { Platform } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'
import { frameOfLog, logPath, POLL_PREFERENCE, type LogPage, type PollTicket } from '../../protocol/log-wire.js'
import { BODY_EVENT } from '../body-reader.js'
import { requestFrames } from '../request-frames.js'

/** How long the server may wait for a frame before it answers, in milliseconds: below the limits of every host. */
const WAIT_MS = 20_000

/**
 * Starts the answer, then asks for what there is of it, again and again, until it is complete. A server that cannot do so
 * answers the start with the whole of it, which is taken as well.
 *
 * @param from the number of the last frame that came of an answer that was started before. Absent: it is started.
 */
export function pollFrames(platform: Platform, base: string, request: LogRequest, from?: number): Observable<Frame> {
  return new Observable(subscriber => {
    const { headers } = request
    const logId = request.logId!
    let after = from ?? 0
    let isStarted = false
    let isDone = false

    const send = (part: Partial<LogRequest>, take: (frame: Frame) => void, end: () => void): void => {
      const inner: Subscriber<Frame> = new Subscriber<Frame>({
        next: take,
        error: (error: unknown) => subscriber.error(error),
        complete() {
          subscriber.remove(inner)
          end()
        },
      })
      subscriber.add(inner)
      requestFrames(platform, { ...request, isWhole: true, ...part }).subscribe(inner)
    }
    const ask = (): void =>
      send(
        { url: base + logPath(logId, after, WAIT_MS), method: 'GET', headers: { ...headers, accept: 'application/json' }, body: undefined, framing: 'body' },
        ({ data }) => {
          const { frames, isDone: isLast } = parseJson(data) as LogPage
          frames.forEach(frame => {
            if (frame.seq <= after) return
            after = frame.seq
            subscriber.next(frameOfLog(frame))
          })
          isDone = isLast
        },
        () => (isDone ? subscriber.complete() : ask()),
      )
    if (from !== undefined) return ask()
    send(
      { headers: { ...headers, ...POLL_PREFERENCE } },
      frame => {
        const ticket = frame.event === BODY_EVENT && (parseJson(frame.data) as PollTicket | undefined)
        if (ticket && ticket.log === logId) isStarted = true
        else subscriber.next(frame)
      },
      () => (isStarted ? ask() : subscriber.complete()),
    )
  })
}
