import { SampanError } from '../errors.js'
import type { Frame } from './frames.js'
import { createLineReader, MAX_LINE_CHARS } from './line-reader.js'
import { decodeUtf8 } from './utf8.js'

/** What an event stream tells. */
export interface SseOptions {
  onFrame(frame: Frame): void
  /** A comment line: servers send them to keep a connection alive. */
  onComment?(): void
  /** The server asks to wait `ms` milliseconds before connecting again. */
  onRetry?(ms: number): void
  /** The text holds one character per UTF-8 byte, see `Frame.encoded`. Default `false`. */
  encoded?: boolean
  /** Longest line, and most data of one event, in characters. Default 4 Mi. */
  maxLineChars?: number
}

/** A decoder of text that comes in pieces, however they are cut. */
export interface StreamDecoder {
  push(text: string): void
  /** The text is over. */
  end(): void
}

/**
 * Makes a decoder of event streams by the rules of the HTML standard. An event that has not ended at {@link StreamDecoder.end}
 * is dropped, as the standard asks.
 *
 * @throws SampanError `transport/too-large` from `push`: a line, or the data of one event, is longer than `maxLineChars`.
 */
export function createSseDecoder(options: SseOptions): StreamDecoder {
  const fields = createFieldReader(options)
  const { encoded, maxLineChars } = options
  const lines = createLineReader({ onLine: fields.line, carriageReturns: true, encoded, maxLineChars })
  return { push: lines.push, end() {} }
}

/** Collects the fields of one event. */
function createFieldReader({ onFrame, onComment, onRetry, encoded = false, maxLineChars = MAX_LINE_CHARS }: SseOptions) {
  let data: string | undefined
  let more: string[] = []
  let dataChars = 0
  let event = ''
  let id: string | undefined

  const readable = (value: string): string => (encoded ? decodeUtf8(value) : value)

  const dispatch = (): void => {
    if (data !== undefined) {
      const whole = more.length > 0 ? data + '\n' + more.join('\n') : data
      const frame: Frame = { data: whole, event, id, encoded }
      data = undefined
      event = ''
      if (more.length > 0) more = []
      dataChars = 0
      return onFrame(frame)
    }
    event = ''
  }
  const addData = (value: string): void => {
    dataChars += value.length + 1
    if (dataChars > maxLineChars + 1) throw new SampanError('transport/too-large', `An event of the stream holds more than ${maxLineChars} characters`)
    if (data === undefined) data = value
    else more.push(value)
  }
  const readers: Record<string, ((value: string) => void) | undefined> = {
    data: addData,
    event: value => void (event = readable(value)),
    id: value => void (value.indexOf('\0') < 0 && (id = readable(value))),
    retry: value => void (/^\d+$/.test(value) && onRetry?.(Number(value))),
  }

  return {
    line(text: string, start: number, end: number): number {
      if (start === end) {
        dispatch()
      } else if (text.slice(start, start + 6) === 'data: ') {
        // Nearly all there is: one line of data and a blank line, in one piece.
        if (data === undefined && text.charCodeAt(end) === 10 && text.charCodeAt(end + 1) === 10) {
          const frame: Frame = { data: text.slice(start + 6, end), event, id, encoded }
          event = ''
          onFrame(frame)
          return end + 2
        }
        addData(text.slice(start + 6, end))
      } else {
        const line = text.slice(start, end)
        const colon = line.indexOf(':')
        if (colon === 0) onComment?.()
        else {
          const name = colon < 0 ? line : line.slice(0, colon)
          const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
          if (hasOwn.call(readers, name)) readers[name]!(value)
        }
      }
      return end
    },
  }
}

const hasOwn = Object.prototype.hasOwnProperty
