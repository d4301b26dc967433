import type { Frame } from './frames.js'
import { createLineReader, MAX_LINE_CHARS } from './line-reader.js'
import type { StreamDecoder } from './sse.js'

/** What a stream of JSON lines tells. */
export interface NdjsonOptions {
  onFrame(frame: Frame): void
  /** The text holds one character per UTF-8 byte, see `Frame.encoded`. Default `false`. */
  encoded?: boolean
  /** Longest line, in characters. Default 4 Mi. */
  maxLineChars?: number
}

/**
 * Makes a decoder of newline-delimited JSON: one frame per line that is not blank. The last line needs no end; it is
 * delivered at `end()`. What stands in a line is not looked at.
 *
 * @throws SampanError `transport/too-large` from `push`: a line is longer than `maxLineChars`.
 */
export function createNdjsonDecoder({ onFrame, encoded = false, maxLineChars = MAX_LINE_CHARS }: NdjsonOptions): StreamDecoder {
  const deliver = (line: string): void => {
    // No `trim` of what is delivered: to it a byte 0xA0 of encoded text looks like a blank.
    const data = line.replace(/\r$/, '')
    if (data.trim()) onFrame({ data, event: '', id: undefined, encoded })
  }
  const { push, rest } = createLineReader(encoded, maxLineChars, (text, start, end) => {
    deliver(text.slice(start, end))
    return end
  })
  return { push, end: () => deliver(rest()) }
}
