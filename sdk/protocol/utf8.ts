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
const NON_ASCII_RUN = /[\x80-\xff]+/g

/**
 * Makes a reader for one body.
 *
 * @param native the host's streaming UTF-8 decoder, where it has one. It must not swallow a byte order mark
 *   (`ignoreBOM: true`): what a mark means is the frame decoder's business. Absent: bytes become Latin-1 text.
 * @throws SampanError `protocol/malformed` from `push`: a piece is neither bytes nor text, or the body mixes both.
 */
export function createChunkReader(native?: TextStreamDecoder): ChunkReader {
  let kind: 'bytes' | 'text' | undefined
  const settle = (next: 'bytes' | 'text'): void => {
    if (kind !== undefined && kind !== next) throw new SampanError('protocol/malformed', 'A body came both as bytes and as text')
    kind = next
  }
  return {
    push(chunk) {
      if (typeof chunk === 'string') {
        if (chunk) settle('text')
        return chunk
      }
      const bytes = toBytes(chunk)
      if (bytes.length === 0) return ''
      settle('bytes')
      return native ? native.decode(bytes) : latin1(bytes)
    },
    end: () => (native && kind === 'bytes' ? native.decode() : ''),
    get encoded() {
      return kind === 'bytes' && !native
    },
  }
}

/** A view of the bytes in a chunk. Hosts make their buffers in another realm, where `instanceof` answers `false`. */
function toBytes(chunk: ArrayBuffer | Uint8Array): Uint8Array {
  const tag = Object.prototype.toString.call(chunk)
  if (tag === '[object Uint8Array]') return chunk as Uint8Array
  if (tag === '[object ArrayBuffer]') return new Uint8Array(chunk as ArrayBuffer)
  const { buffer, byteOffset, byteLength } = (chunk ?? {}) as Partial<Uint8Array>
  if (buffer && byteLength !== undefined) return new Uint8Array(buffer, byteOffset, byteLength)
  throw new SampanError('protocol/malformed', `A chunk is neither bytes nor text but ${tag}`)
}

/** One character per byte. A loop over bytes costs six times as much on an engine without a JIT. */
function latin1(bytes: Uint8Array): string {
  if (bytes.length <= SLICE) return fromBytes(bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += SLICE) text += fromBytes(bytes.subarray(at, at + SLICE))
  return text
}
const fromBytes = (bytes: Uint8Array): string => String.fromCharCode.apply(null, bytes as unknown as number[])

/**
 * Decodes UTF-8 that stands one byte per character, as {@link createChunkReader} gives it. ASCII comes back untouched.
 * Bytes that are no UTF-8 become U+FFFD exactly as a `TextDecoder` with `ignoreBOM` would do it; it never throws.
 */
export function decodeUtf8(latin1: string): string {
  if (!NON_ASCII.test(latin1)) return latin1
  // The whole text at once: for the short slices this is called with, a call per run costs more than escaping the ASCII.
  return decodeNative(latin1) ?? latin1.replace(NON_ASCII_RUN, run => decodeNative(run) ?? decodeReplacing(run))
}

/** Absent where the bytes are not valid, or the engine has no `escape` (Annex B). */
function decodeNative(latin1: string): string | undefined {
  try {
    return decodeURIComponent(escape(latin1))
  } catch {
    return undefined
  }
}

/** The WHATWG decoder, maximal subparts and all. Slow and rare. */
function decodeReplacing(run: string): string {
  let text = ''
  for (let at = 0; at < run.length; ) {
    const lead = run.charCodeAt(at++)
    const needed = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    let point = needed === 0 ? 0xfffd : lead & (0x3f >> needed)
    for (let seen = 0; seen < needed; seen++) {
      const next = run.charCodeAt(at)
      // Only the byte after the lead has a narrower range. `NaN`, at the end, is in none.
      const low = seen > 0 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
      const high = seen > 0 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
      if (!(next >= low && next <= high)) {
        point = 0xfffd
        break
      }
      point = (point << 6) | (next & 0x3f)
      at++
    }
    text += point > 0xffff ? String.fromCharCode(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff)) : String.fromCharCode(point)
  }
  return text
}
