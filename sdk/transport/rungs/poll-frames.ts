import type { Observable } from 'rxjs'
import type { LogRequest } from './rung.js'
import { SampanError } from '../../errors.js'
import type { Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'
import { frameOfLog, logPath, POLL_PREFERENCE, type LogPage, type PollTicket } from '../../protocol/log-wire.js'
import { defer, sequence } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'
import { BODY_EVENT } from '../body-reader.js'
import { cutOff } from '../failures.js'

/** How long the server may wait for a frame before it answers, in milliseconds: below the limits of every host. */
const WAIT_MS = 20_000

/**
 * Starts the answer, then asks for what there is of it, again and again, until it is complete. A server that cannot do so
 * answers the start with the whole of it, which is taken as well.
 *
 * @param whole makes one request, and takes its answer whole.
 * @param from the number of the last frame that came of an answer that was started before. Absent: it is started.
 */
export function pollFrames(whole: (request: LogRequest) => Observable<Frame>, base: string, request: LogRequest, from?: number): Observable<Frame> {
  return defer(() => {
    const { headers, timeouts } = request
    const logId = request.logId!
    let after = from || 0
    /** What is asked for next, until nothing is left. */
    let next: (() => Observable<Frame>) | undefined

    const ask = (part: Partial<LogRequest>, read: (frame: Frame, emit: (frame: Frame) => void) => void): Observable<Frame> =>
      whole({ ...request, ...part }).pipe(
        transform<Frame, Frame>(emit => {
          let isEmpty = true
          return {
            next(frame) {
              isEmpty = false
              read(frame, emit)
            },
            complete() {
              if (isEmpty) throw cutOff()
            },
          }
        }),
      )
    const start = (): Observable<Frame> => {
      // It is answered at once. A host that hands over nothing before the end would wait for as long as answers may take.
      const totalMs = timeouts.totalMs || timeouts.firstByteMs
      return ask({ headers: { ...headers, ...POLL_PREFERENCE }, timeouts: { ...timeouts, totalMs } }, (frame, emit) => {
        const ticket = frame.event === BODY_EVENT && (parseBody(frame.data) as PollTicket)
        next = ticket && ticket.log === logId ? page : undefined
        // Before the first of the log: nobody reads it, and from here on the answer is known to be there.
        emit(next ? frameOfLog({ seq: 0, data: '' }) : frame)
      })
    }
    const page = (): Observable<Frame> => {
      const url = base + logPath(logId, after, WAIT_MS)
      return ask({ url, method: 'GET', headers: { ...headers, accept: 'application/json' }, body: undefined, framing: 'body' }, ({ data }, emit) => {
        const { frames, isDone } = Object(parseBody(data)) as Partial<LogPage>
        if (!Array.isArray(frames)) throw new SampanError('protocol/malformed', 'The answer to a poll is no page of a log', { phase: 'stream' })
        next = isDone ? undefined : page
        frames.forEach(frame => {
          after = frame.seq
          emit(frameOfLog(frame))
        })
      })
    }
    next = from === undefined ? start : page
    return sequence(() => next && next())
  })
}

/** Some hosts hand over a body that broke off as if it were whole. It can be asked for again, which an answer of somebody else cannot. */
function parseBody(text: string): unknown {
  const body = parseJson(text)
  if (body === undefined && /^({|$)/.test(text)) throw cutOff()
  return body
}
