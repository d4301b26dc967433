import type { Frame } from './frames.js'
import { createLineReader, MAX_LINE_CHARS, tooLarge } from './line-reader.js'
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
export function createSseDecoder({ onFrame, onComment, onRetry, encoded = false, maxLineChars = MAX_LINE_CHARS }: SseOptions): StreamDecoder {
  let lines: string[] = []
  let room = maxLineChars
  let event = ''
  let id: string | undefined
  let endedWithReturn = false

  const deliver = (data: string): void => {
    const frame: Frame = { data, event, id, encoded }
    event = ''
    onFrame(frame)
  }
  const endEvent = (): void => {
    const ended = lines
    lines = []
    room = maxLineChars
    if (ended.length) deliver(ended.join('\n'))
    else event = ''
  }
  const readField = (line: string): void => {
    const colon = line.indexOf(':')
    if (colon === 0) return onComment && onComment()
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') {
      lines.push(value)
      // The line feed between two lines counts too.
      room -= value.length + (lines.length > 1 ? 1 : 0)
      if (room < 0) throw tooLarge(maxLineChars)
    } else if (name === 'event') event = readable(value)
    else if (name === 'id') takeId(value)
    else if (name === 'retry' && /^\d+$/.test(value) && onRetry) onRetry(Number(value))
  }
  const takeId = (value: string): void => {
    if (value.indexOf('\0') < 0) id = readable(value)
  }
  const readable = (value: string): string => (encoded ? decodeUtf8(value) : value)

  const reader = createLineReader(encoded, maxLineChars, (text, start, end) => {
    // Nearly all there is: one line of data and a blank line, in one piece.
    if (text.charCodeAt(end + 1) === 10 && !lines.length && text.startsWith('data: ', start)) {
      deliver(text.slice(start + 6, end))
      return end + 1
    }
    if (start === end) endEvent()
    // And where a log is kept, a number before it.
    else if (text.startsWith('id: ', start)) takeId(text.slice(start + 4, end))
    else readField(text.slice(start, end))
    return end
  })
  return {
    push(text) {
      if (!text) return
      // A carriage return ends a line as well, alone or before a line feed, which may come with the next piece.
      const piece = endedWithReturn && text[0] === '\n' ? text.slice(1) : text
      endedWithReturn = text[text.length - 1] === '\r'
      reader.push(piece.indexOf('\r') < 0 ? piece : piece.split('\r\n').join('\n').split('\r').join('\n'))
    },
    end() {},
  }
}
