import { httpError, readErrorBody } from './failures.js'
import { SampanError } from '../errors.js'
import type { HostChunk, HostEvent, ResponseHead, TextStreamDecoder } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { createNdjsonDecoder } from '../protocol/ndjson.js'
import { createSseDecoder, type StreamDecoder } from '../protocol/sse.js'
import { createChunkReader, decodeUtf8 } from '../protocol/utf8.js'

/** How a body is cut into frames. `body`: not at all, it is one frame. */
export type Framing = 'sse' | 'ndjson' | 'body'

/** The `event` of a frame that is a whole body: what came where a stream was asked for, and is JSON. */
export const BODY_EVENT = 'sampan:body'

/** The longest body that is no stream, in characters. */
const MAX_BODY_CHARS = 4 * 1024 * 1024

/** Turns the pieces of one response into frames, or into the error that the response means. */
export interface BodyReader {
  head(head: ResponseHead): void
  chunk(chunk: HostChunk): void
  /** Whether any piece has come. */
  readonly hasStarted: boolean
  /** @throws SampanError what the response means, if it means an error. */
  end(head: ResponseHead): void
}

export function createBodyReader(framing: Framing, onFrame: (frame: Frame) => void, native?: TextStreamDecoder): BodyReader {
  const reader = createChunkReader(native)
  let head: ResponseHead = { headers: {} }
  let hasStarted = false
  let decoder: StreamDecoder | undefined
  let pieces: string[] | undefined
  let chars = 0

  const keep = (text: string): void => {
    chars += text.length
    if (chars > MAX_BODY_CHARS) throw new SampanError('transport/too-large', 'The response is longer than ' + MAX_BODY_CHARS + ' characters.')
    pieces!.push(text)
  }
  const text = (part: string): void => {
    if (!part) return
    if (decoder) return decoder.push(part)
    if (pieces) return keep(part)
    if (isStream(framing, head, part)) {
      const options = { onFrame, encoded: reader.encoded }
      decoder = framing === 'ndjson' ? createNdjsonDecoder(options) : createSseDecoder(options)
      return decoder.push(part)
    }
    pieces = []
    keep(part)
  }
  return {
    head(next) {
      head = next
    },
    get hasStarted() {
      return hasStarted
    },
    chunk(chunk) {
      hasStarted = true
      if (isHostEvent(chunk)) onFrame({ data: chunk.data, event: chunk.event ?? '', id: chunk.lastEventId, encoded: false })
      else text(reader.push(chunk))
    },
    end(last) {
      // The end may know the status although the start did not, and the other way round.
      head = { status: last.status ?? head.status, headers: { ...head.headers, ...last.headers } }
      text(reader.end())
      decoder?.end()
      const body = pieces ? pieces.join('') : ''
      endOfBody(framing, head, reader.encoded ? decodeUtf8(body) : body, Boolean(decoder), onFrame)
    },
  }
}

function isHostEvent(chunk: HostChunk): chunk is HostEvent {
  return typeof (chunk as HostEvent).data === 'string'
}

/** An error status is never a stream; else the content type tells, and where a host hides it, the first character. */
function isStream(framing: Framing, head: ResponseHead, firstText: string): boolean {
  if (framing === 'body' || (head.status !== undefined && head.status >= 400)) return false
  const type = head.headers['content-type'] ?? ''
  if (/event-stream|ndjson|jsonl/.test(type)) return true
  if (/html/.test(type)) return false
  const first = /\S/.exec(firstText)?.[0]
  return framing === 'ndjson' ? first !== '<' : first !== '{' && first !== '[' && first !== '<'
}

function endOfBody(framing: Framing, head: ResponseHead, body: string, wasStream: boolean, onFrame: (frame: Frame) => void): void {
  if (head.status !== undefined && head.status >= 400) throw httpError(head, body)
  if (wasStream) return
  if (framing === 'body') return onFrame({ data: body, event: BODY_EVENT, id: undefined, encoded: false })
  if (!body.trim()) return
  if (/^\s*[{[]/.test(body)) return onFrame({ data: body, event: BODY_EVENT, id: undefined, encoded: false })
  const shown = readErrorBody(body).message
  const what = 'The server answered with something that is no stream'
  throw new SampanError('transport/not-a-stream', what + (shown ? ': ' + shown : ' (a web page; a portal or a proxy may be in the way).'), {
    status: head.status,
    headers: head.headers,
    phase: 'first-byte',
  })
}
