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

/** The longest body that is no stream, in characters; and how much of an error's body is read. */
const MAX_BODY_CHARS = 4 * 1024 * 1024
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
  /** Whether any piece has come that was not empty. */
  readonly hasStarted: boolean
  /** @throws SampanError what the response means, if it means an error. */
  end(): void
}

export function createBodyReader(framing: Framing, onFrame: (frame: Frame) => void, native?: TextStreamDecoder): BodyReader {
  const reader = createChunkReader(native)
  let known: ResponseHead = { headers: {} }
  let hasStarted = false
  let hasFrames = false
  const deliver = (frame: Frame): void => {
    hasFrames = true
    onFrame(frame)
  }
  const readable = (text: string): string => (reader.encoded ? decodeUtf8(text) : text)
  const text = createTextReader({
    isStream: start => isStream(framing, known, start),
    openStream: () => (framing === 'ndjson' ? createNdjsonDecoder : createSseDecoder)({ onFrame: deliver, encoded: reader.encoded }),
    onKept(chars, read) {
      if (isError(known) && chars > MAX_ERROR_CHARS) throw httpError(known, readable(read()))
      if (chars > MAX_BODY_CHARS) throw new SampanError('transport/too-large', 'The response is longer than ' + MAX_BODY_CHARS + ' characters.')
    },
  })
  return {
    head({ status, headers }) {
      known = { status: status ?? known.status, headers: { ...known.headers, ...headers } }
    },
    get known() {
      return known
    },
    get hasStarted() {
      return hasStarted
    },
    chunk(chunk) {
      if (isHostEvent(chunk)) {
        hasStarted = true
        return deliver({ data: chunk.data, event: chunk.event ?? '', id: chunk.lastEventId, encoded: false })
      }
      hasStarted = hasStarted || ((chunk as string).length ?? (chunk as ArrayBuffer).byteLength) !== 0
      text.push(reader.push(chunk))
    },
    end() {
      text.push(reader.end())
      const { isBody, read } = text.end()
      const body = readable(read())
      if (isError(known)) throw httpError(known, body)
      if (framing === 'body' || (isBody && /^[{[]/.test(body))) return deliver({ data: body, event: BODY_EVENT, id: undefined, encoded: false })
      if (isBody || !(hasFrames || looksCut(framing, body))) throw notAStream(body)
    },
  }
}

interface TextRules {
  /** Judges a body by its first characters that are not blank. */
  isStream(start: string): boolean
  openStream(): StreamDecoder
  /** Text of a body that is no stream was kept: `chars` of it so far. May throw. */
  onKept(chars: number, read: () => string): void
}

/** Passes a stream's text on and keeps any other body. Of a stream it keeps the beginning, for the message that it was none. */
function createTextReader({ isStream: judge, openStream, onKept }: TextRules) {
  let opening = ''
  let decoder: StreamDecoder | undefined
  let pieces: string[] | undefined
  let chars = 0
  const read = (): string => (pieces ? pieces.join('') : opening)

  const pass = (text: string): void => {
    if (opening.length < OPENING_CHARS) opening += text.slice(0, OPENING_CHARS)
    decoder!.push(text)
  }
  const keep = (text: string): void => {
    chars += text.length
    pieces!.push(text)
    onKept(chars, read)
  }
  return {
    push(text: string): void {
      if (decoder) return pass(text)
      if (pieces) return keep(text)
      // Blank lines mean nothing yet: servers send them to keep a connection alive. Nor does a byte order mark.
      opening = (opening + text).replace(/^(?:\xEF\xBB\xBF)?\s*/, '')
      if (!opening || opening === '\xEF' || opening === '\xEF\xBB') return
      const start = opening
      opening = ''
      if (judge(start)) {
        decoder = openStream()
        return pass(start)
      }
      pieces = []
      keep(start)
    },
    end() {
      decoder?.end()
      return { isBody: pieces !== undefined, read }
    },
  }
}

function isHostEvent(chunk: HostChunk): chunk is HostEvent {
  return typeof (chunk as HostEvent).data === 'string'
}

/** A redirect that reaches us is one the host did not follow. */
function isError({ status }: ResponseHead): boolean {
  return status !== undefined && status >= 300
}

/** An error is never a stream; for the rest the first character tells, because servers name the wrong content type. */
function isStream(framing: Framing, head: ResponseHead, start: string): boolean {
  if (framing === 'body' || isError(head) || /html/.test(head.headers['content-type'] ?? '')) return false
  return framing === 'ndjson' ? start[0] !== '<' : '{[<'.indexOf(start[0]!) < 0
}

/** Whether a stream that held no event may have been cut before its first one ended. Nothing at all may, too. */
function looksCut(framing: Framing, opening: string): boolean {
  return framing === 'ndjson' || [':', 'data', 'event', 'id', 'retry'].some(name => {
    const length = Math.min(name.length, opening.length)
    return opening.slice(0, length) === name.slice(0, length)
  })
}

function notAStream(body: string): SampanError {
  const shown = readErrorBody(body).message
  const what = 'The server answered with something that is no stream'
  return new SampanError('transport/not-a-stream', what + (shown ? ': ' + shown : ' (a web page; a portal or a proxy may be in the way).'), {
    phase: 'first-byte',
  })
}
