import { createParser } from 'eventsource-parser'
import type { CreateContender } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createNativeDecoder } from './parts/native.js'

/** The usual SSE parser with the rest written by hand around it. */
export const create: CreateContender = (_feed, wire) => handWritten(wire, (feed, onPayload) => {
  const source = feed.open()
  const decoder = createNativeDecoder()
  const parser = createParser({
    onEvent: event => {
      if (event.data !== '[DONE]') onPayload(JSON.parse(event.data), event.event ?? '')
    }
  })
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) parser.feed(decoder.decode(chunk))
})
