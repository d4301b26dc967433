import { httpError, readError } from './failures.js'
import { SampanError } from '../errors.js'
import type { HostChunk, HostEvent, ResponseEnd, ResponseHead, TextStreamDecoder } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { MAX_LINE_CHARS } from '../protocol/line-reader.js'
import { createSseDecoder, type SseOptions, type StreamDecoder } from '../protocol/sse.js'
import { createChunkReader, decodeUtf8 } from '../protocol/utf8.js'

/** Another way to cut a stream into frames. One of text, not of markup: a `<` at its start is a web page. */
export interface StreamFraming {
  /** Its media type, which is asked for. */
  readonly accept: string
  createDecoder(options: Pick<SseOptions, 'onFrame' | 'encoded'>): StreamDecoder
}

/** How a body is cut into frames: as an event stream; not at all, it is one frame (`body`); or in a way that is handed in. */
export type Framing = 'sse' | 'body' | StreamFraming

/** The `event` of a frame that is a whole body: what came where a stream was asked for, and is JSON. */
export const BODY_EVENT = 'sampan:body'

/** How much of an error's body is read, in characters. */
const MAX_ERROR_CHARS = 64 * 1024
/** How much of a stream's beginning is kept, for the message that it was none. */
const OPENING_CHARS = 300

/** Turns the pieces of one response into frames, or into the error that the response means. */
export interface BodyReader {
  /** Status and headers, as often as the host tells of them; what it told before stays where it is silent. */
  head(head: ResponseHead): void
  /** What is known of status and headers. */
  readonly known: ResponseHead
  /** @throws SampanError the piece is too large or neither bytes nor text. */
  chunk(chunk: HostChunk): void
  /**
   * The body is over. A host that held it back until here hands it over now; where pieces came, it is those again.
   *
   * @throws SampanError what the response means, if it means an error.
   */
  end(end: ResponseEnd): void
}

export function createBodyReader(framing: Framing, onFrame: (frame: Frame) => void, native?: TextStreamDecoder): BodyReader {
  const reader = createChunkReader(native)
  let known: ResponseHead = { headers: {} }
  let hasText = false
  let hasFrames = false
  // Set for a stream, once its beginning has shown that it is one; any other body is kept, as is a stream's beginning.
  let decoder: StreamDecoder | undefined
  let isWhole = false
  let kept = ''

  const deliver = (frame: Frame): void => {
    hasFrames = true
    onFrame(frame)
  }
  const readable = (): string => (reader.encoded ? decodeUtf8(kept) : kept)

  const read = (text: string): void => {
    hasText = hasText || text !== ''
    if (decoder) {
      if (kept.length < OPENING_CHARS) kept += text.slice(0, OPENING_CHARS)
      return decoder.push(text)
    }
    kept += text
    if (!isWhole) {
      // Blank lines mean nothing yet: servers send them to keep a connection alive. Nor does a byte order mark.
      kept = text = kept.replace(/^(\xEF\xBB\xBF)?\s*/, '')
      if (/^(\xEF\xBB?)?$/.test(text)) return
      isWhole = !isStream(framing, known, text[0]!)
      if (!isWhole) {
        kept = text.slice(0, OPENING_CHARS)
        decoder = (isOther(framing) ? framing.createDecoder : createSseDecoder)({ onFrame: deliver, encoded: reader.encoded })
        return decoder.push(text)
      }
    }
    if (isError(known) && kept.length > MAX_ERROR_CHARS) throw httpError(known, readable())
    if (kept.length > MAX_LINE_CHARS) throw new SampanError('transport/too-large', 'The response is longer than ' + MAX_LINE_CHARS + ' characters')
  }
  const chunk = (piece: HostChunk): void => {
    const told = piece as HostEvent
    if (typeof told.data === 'string') deliver({ data: told.data, event: told.event || '', id: told.lastEventId, encoded: false })
    else read(reader.push(piece as string))
  }
  return {
    head({ status = known.status, headers }) {
      known = { status, headers: { ...known.headers, ...headers } }
    },
    get known() {
      return known
    },
    chunk,
    end({ body }) {
      if (body && !hasText && !hasFrames) chunk(body)
      read(reader.end())
      if (decoder) decoder.end()
      const data = readable()
      if (isError(known)) throw httpError(known, data)
      if (framing === 'body' || (isWhole && /^[{[]/.test(data))) deliver({ data, event: BODY_EVENT, id: undefined, encoded: false })
      else if (isWhole || !(hasFrames || looksCut(framing, data))) throw notAStream(data)
    },
  }
}

/** A redirect that reaches us is one the host did not follow. */
function isError({ status }: ResponseHead): boolean {
  return status! >= 300
}

/** An error is never a stream; for the rest the first character tells, because servers name the wrong content type. */
function isStream(framing: Framing, head: ResponseHead, start: string): boolean {
  return framing !== 'body' && !isError(head) && !/html/.test(head.headers['content-type']!) && (isOther(framing) ? '<' : '{[<').indexOf(start) < 0
}

function isOther(framing: Framing): framing is StreamFraming {
  return typeof framing === 'object'
}

/** Whether a stream that held no event may have been cut before its first one ended. Nothing at all may, too. */
function looksCut(framing: Framing, opening: string): boolean {
  return isOther(framing) || [':', 'data', 'event', 'id', 'retry'].some(name => opening.slice(0, name.length) === name.slice(0, opening.length))
}

function notAStream(body: string): SampanError {
  const shown = readError(body).message || 'a web page, of a portal or a proxy'
  return new SampanError('transport/not-a-stream', 'The answer is no stream: ' + shown, { phase: 'first-byte' })
}
