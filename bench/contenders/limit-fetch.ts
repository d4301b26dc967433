import type { CreateContender } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'
import { createNativeDecoder } from './parts/native.js'

/** The bare loop over `fetch` and a web stream: what those two alone cost the peers that use them. */
export const create: CreateContender = (_feed, wire) => handWritten(wire, async (feed, onPayload) => {
  const response = await feed.fetch()
  const reader = response.body!.getReader()
  const decoder = createNativeDecoder()
  const push = createLineReader(onPayload)
  for (let part = await reader.read(); !part.done; part = await reader.read()) push(decoder.decode(part.value))
})
