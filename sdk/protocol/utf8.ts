import type { TextStreamDecoder } from '../platform/platform.js'
import { SampanError } from '../errors.js'

/** Turns the pieces of one body into text, whatever the host hands over. */
export interface ChunkReader {
  /** The text of one more piece. Bytes of a character that is not complete yet are kept back by a native decoder. */
  push(chunk: ArrayBuffer | Uint8Array | string): string
  /** What is left when the body has ended: `''`, or a replacement character for a cut one. */
  end(): string
  /**
   * Whether the text holds one character per byte (see `Frame.encoded`). The first piece that is not empty settles it
   * for the whole body: a body comes as bytes or as text, never as both.
   */
  readonly encoded: boolean
}

/** `fromCharCode.apply` takes its arguments from the stack: 8 KB is safe on every engine we know. */
const SLICE = 8192
const NON_ASCII = /[\x80-\xff]/
/** A character of more than one byte, or as much of its beginning as is right; or a byte that is part of none. */
const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]?|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]?|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{0,2}|[\x80-\xff]/g

/**
 * Makes a reader for one body.
 *
 * @param native the host's streaming UTF-8 decoder, where it has one. It must not swallow a byte order mark
 *   (`ignoreBOM: true`): what a mark means is the frame decoder's business. Absent: bytes become Latin-1 text.
 * @throws SampanError `protocol/malformed` from `push`: a piece is neither bytes nor text, or the body mixes both.
 */
export function createChunkReader(native?: TextStreamDecoder): ChunkReader {
  /** Whether the body comes as bytes; unknown until something has come. */
  let isBytes: boolean | undefined
  return {
    push(chunk) {
      const isText = typeof chunk === 'string'
      const data = isText ? chunk : toBytes(chunk)
      if (!data.length) return ''
      if (isBytes === isText) throw malformed('A body mixes bytes and text')
      isBytes = !isText
      if (typeof data === 'string') return data
      return native ? native.decode(data) : latin1(data)
    },
    end: () => (native && isBytes ? native.decode() : ''),
    get encoded() {
      return !native && isBytes === true
    },
  }
}

/** A view of the bytes in a chunk. Hosts make their buffers in another realm, where `instanceof` answers `false`. */
function toBytes(chunk: ArrayBuffer | Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = Object(chunk) as Partial<Uint8Array>
  if (byteLength === undefined) throw malformed('A chunk is neither bytes nor text')
  return new Uint8Array(buffer || (chunk as ArrayBuffer), byteOffset, byteLength)
}

const malformed = (message: string): SampanError => new SampanError('protocol/malformed', message)

/** One character per byte. A loop over bytes costs six times as much on an engine without a JIT. */
function latin1(bytes: Uint8Array): string {
  if (bytes.length <= SLICE) return String.fromCharCode.apply(null, bytes as unknown as number[])
  const middle = bytes.length >> 1
  return latin1(bytes.subarray(0, middle)) + latin1(bytes.subarray(middle))
}

/**
 * Decodes UTF-8 that stands one byte per character, as {@link createChunkReader} gives it. ASCII comes back untouched.
 * Bytes that are no UTF-8 become U+FFFD exactly as a `TextDecoder` with `ignoreBOM` would do it; it never throws.
 */
export function decodeUtf8(latin1: string): string {
  if (!NON_ASCII.test(latin1)) return latin1
  try {
    // The whole text at once: a call per run of bytes costs more than escaping the ASCII.
    return decodeURIComponent(escape(latin1))
  } catch {
    // Not all of it is valid, or the engine has no `escape` (Annex B).
    return latin1.replace(SEQUENCE, decodeSequence)
  }
}

function decodeSequence(bytes: string): string {
  try {
    return decodeURIComponent(bytes.replace(/[^]/g, byte => '%' + byte.charCodeAt(0).toString(16)))
  } catch {
    return '\uFFFD'
  }
}
