import { SampanError } from '../errors.js'

/** Longest line, in characters, unless told otherwise: 4 Mi. Provider lines with an image in them reach 2 Mi. */
export const MAX_LINE_CHARS = 4 * 1024 * 1024

/** Cuts text that comes in pieces into lines, which end with a line feed. */
export interface LineReader {
  push(text: string): void
  /** The last line, if it has no end. */
  rest(): string
}

/**
 * Makes a reader that does work in proportion to the text, however small the pieces: each piece is searched once, and
 * the parts of a long line are joined once. A byte order mark before the first line is dropped.
 *
 * @param encoded the text holds one character per UTF-8 byte: a byte order mark is three characters.
 * @param maxLineChars longest line, in characters.
 * @param onLine takes one line without its end: `text.slice(start, end)`. Given as a place in a longer text, so that a
 *   line that came whole is not cut out twice. Answers where the line feed stands that was read last: `end`, or a later
 *   one if it has read more itself.
 * @throws SampanError `transport/too-large` from `push`: a line is longer than `maxLineChars`.
 */
export function createLineReader(encoded: boolean, maxLineChars: number, onLine: (text: string, start: number, end: number) => number): LineReader {
  let mark = encoded ? '\xEF\xBB\xBF' : '\uFEFF'
  // The first line is joined in any case: its byte order mark may come in pieces.
  let parts = ['']
  let room = maxLineChars

  const keep = (part: string): void => {
    room -= part.length
    if (room < 0) throw tooLarge(maxLineChars)
    parts.push(part)
  }
  const rest = (): string => {
    const line = parts.join('')
    const begin = line.slice(0, mark.length) === mark ? mark.length : 0
    parts = []
    room = maxLineChars
    mark = ''
    return line.slice(begin)
  }
  return {
    push(text) {
      let at = 0
      for (let end; (end = text.indexOf('\n', at)) >= 0; at++) {
        if (parts.length) {
          keep(text.slice(at, end))
          const line = rest()
          onLine(line, 0, line.length)
          at = end
        } else {
          if (end - at > maxLineChars) throw tooLarge(maxLineChars)
          at = onLine(text, at, end)
        }
      }
      if (at < text.length) keep(text.slice(at))
    },
    rest,
  }
}

/** The error of a line or an event that is longer than `limit` characters. */
export const tooLarge = (limit: number): SampanError => new SampanError('transport/too-large', 'A line or event is longer than ' + limit + ' characters')
