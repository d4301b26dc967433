import { decodeUtf8 } from './utf8.js'

/**
 * One message of a stream, still as text: what stands between two blank lines of an event stream, one line of NDJSON,
 * one message of a socket.
 */
export interface Frame {
  data: string
  /** The name the sender gave it. `''` where it gave none, which event streams call `message`. */
  event: string
  /** The last event id of the stream so far, this frame included. Absent while none was sent. */
  id: string | undefined
  /**
   * `data` holds one character per UTF-8 byte (Latin-1 text), because the host has no native decoder and decoding all
   * of it by hand would cost more than reading it. Take {@link frameText}, or decode the slice you need with
   * `decodeUtf8`. `event` and `id` are always decoded.
   */
  encoded: boolean
}

/** The readable text of a frame's data. */
export function frameText(frame: Frame): string {
  return frame.encoded ? decodeUtf8(frame.data) : frame.data
}
