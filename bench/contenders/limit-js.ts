import type { CreateContender } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'

/** The bare loop with UTF-8 decoded in JavaScript, byte by byte: what a phone without TextDecoder seems to need. */
export const create: CreateContender = (_feed, wire) => handWritten(wire, (feed, onPayload) => {
  const source = feed.open()
  const decode = createScriptDecoder()
  const push = createLineReader(onPayload)
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) push(decode(chunk))
})

/** Valid UTF-8 only: a reference, not a decoder to ship. */
function createScriptDecoder(): (bytes: Uint8Array) => string {
  let point = 0
  let missing = 0
  return bytes => {
    let text = ''
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      if (byte < 0x80) text += String.fromCharCode(byte)
      else if (byte < 0xc0) {
        point = (point << 6) | (byte & 0x3f)
        if (--missing === 0) text += String.fromCodePoint(point)
      } else {
        missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
        point = byte & (0x3f >> missing)
      }
    }
    return text
  }
}
