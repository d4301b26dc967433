import { SampanError } from '../errors.js'

/** Longest line, in characters, unless told otherwise: 4 Mi. Provider lines with an image in them reach 2 Mi. */
export const MAX_LINE_CHARS = 4 * 1024 * 1024

/** Cuts text that comes in pieces into lines. */
export interface LineReader {
  push(text: string): void
  /** The last line, if it has no end. */
  rest(): string
}

/** What {@link createLineReader} needs to know. */
export interface LineReaderOptions {
  /**
   * One line without its end: `text.slice(start, end)`. Given as a place in a longer text, so that a line that came
   * whole is not cut out twice.
   * Answers where to go on reading: `end`, or a place after it if the caller has read the line feed and more itself.
   */
  onLine(text: string, start: number, end: number): number
  /** Whether a carriage return ends a line too, alone or before a line feed. Else only a line feed does. */
  carriageReturns: boolean
  /** The text holds one character per UTF-8 byte: a byte order mark is three characters. Default `false`. */
  encoded?: boolean
  /** @default MAX_LINE_CHARS */
  maxLineChars?: number
}

/**
 * Makes a reader that does work in proportion to the text, however small the pieces: each piece is searched once, and
 * the parts of a long line are joined once. A byte order mark before the first line is dropped.
 *
 * @throws SampanError `transport/too-large` from `push`: a line is longer than `maxLineChars`.
 */
export function createLineReader(options: LineReaderOptions): LineReader {
  const { onLine, carriageReturns, maxLineChars = MAX_LINE_CHARS } = options
  const mark = options.encoded ? '\xEF\xBB\xBF' : '\uFEFF'
  let head: string | undefined = ''
  let parts: string[] = []
  let partChars = 0
  let skipLineFeed = false

  const keep = (part: string): void => {
    partChars += part.length
    if (partChars > maxLineChars) throw tooLarge(maxLineChars)
    parts.push(part)
  }
  /** Ends the line that began in an earlier piece. */
  const joined = (part: string): void => {
    keep(part)
    const line = parts.length === 1 ? part : parts.join('')
    parts = []
    partChars = 0
    onLine(line, 0, line.length)
  }

  /** Where to begin in a piece: after the line feed that belongs to the carriage return the last piece ended with. */
  const begin = (text: string): number => {
    if (!skipLineFeed || !text) return 0
    skipLineFeed = false
    return text.charCodeAt(0) === 10 ? 1 : 0
  }

  return {
    push(text) {
      if (head !== undefined) {
        head += text
        // The mark itself may come in pieces.
        if (head.length < mark.length && mark.slice(0, head.length) === head) return
        text = head.slice(0, mark.length) === mark ? head.slice(mark.length) : head
        head = undefined
      }
      let at = begin(text)
      let lineFeed = text.indexOf('\n', at)
      // Usually there is none in the piece, and this is asked once.
      let carriageReturn = carriageReturns ? text.indexOf('\r', at) : -1
      while (lineFeed >= 0 || carriageReturn >= 0) {
        const byReturn = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed)
        const end = byReturn ? carriageReturn : lineFeed
        if (end - at > maxLineChars) throw tooLarge(maxLineChars)
        let next = end
        if (partChars > 0) joined(text.slice(at, end))
        else next = onLine(text, at, end)
        at = next > end ? next : end + 1
        if (byReturn) {
          if (at === text.length) skipLineFeed = true
          else if (text.charCodeAt(at) === 10) at++
          carriageReturn = text.indexOf('\r', at)
        }
        if (lineFeed < at) lineFeed = text.indexOf('\n', at)
      }
      if (at < text.length) keep(at === 0 ? text : text.slice(at))
    },
    rest: () => head ?? parts.join(''),
  }
}

const tooLarge = (limit: number): SampanError => new SampanError('transport/too-large', `A line of the stream is longer than ${limit} characters`)
