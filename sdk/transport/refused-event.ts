import type { OperatorFunction } from 'rxjs'
import { BODY_EVENT } from './body-reader.js'
import { httpError, locate } from './failures.js'
import { frameText, type Frame } from '../protocol/frames.js'
import { parseJson } from '../protocol/json.js'
import { transform } from '../protocol/transform.js'

/** Such an event, where a body was asked for. No JSON holds a line break within a text. */
const WHOLE = /event: error\ndata: (.+)/

/** What a gateway puts into an error that stands in a stream. */
interface EventError { status?: number; retryAfter?: number }

/**
 * A host that shows events only shows neither status nor body of an error, so a gateway that is asked for it sends an
 * error as an event. Where that is the first, it is the answer, and becomes the error that the response would have been.
 *
 * @param after the number of the last frame that came before. An error with a number behind that stands in the log.
 */
export function refusedByEvent(after = 0): OperatorFunction<Frame, Frame> {
  return transform<Frame, Frame>(emit => {
    let isFirst = true
    return {
      next(frame) {
        // Only a sign of life, for hosts that show no comments.
        if (frame.event === 'ping') return
        // A refusal has no number; older gateways number it as if it were the first of a log.
        const refusal = isFirst && refusalOf(frame.event === 'error' && !(Number(frame.id) > (after || 1)) ? frameText(frame) : frame.event === BODY_EVENT ? Object(WHOLE.exec(frame.data))[1] : undefined)
        if (refusal) throw refusal
        isFirst = false
        emit(frame)
      },
    }
  })
}

function refusalOf(body = ''): Error | undefined {
  const { status, retryAfter } = Object(Object(parseJson(body)).error) as EventError
  if (!status || status < 300) return undefined
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  const head = { status, headers }
  return locate(httpError(head, body), 'first-byte', head, false)
}
