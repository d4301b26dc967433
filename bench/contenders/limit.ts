import type { CreateContender } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'
import { createNativeDecoder } from './parts/native.js'

/** The LIMIT, to which all ratios refer: native TextDecoder → split lines → JSON.parse → append. */
export const create: CreateContender = (_feed, wire) => handWritten(wire, (feed, onPayload) => {
  const source = feed.open()
  const decoder = createNativeDecoder()
  const push = createLineReader(onPayload)
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) push(decoder.decode(chunk))
})
