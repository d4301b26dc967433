import type { CreateContender, Wire } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'

/**
 * The bare loop without TextDecoder and without a loop over bytes: one Latin-1 character per byte, lines and JSON
 * read from that, and only a delta with something above ASCII is turned into text, by builtins.
 */
export const create: CreateContender = (_feed, wire) => handWritten(wire, (feed, onPayload) => {
  const source = feed.open()
  const push = createLineReader(onPayload, data => parse(data, wire))
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) push(latin1(chunk))
})

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}

const utf8 = (text: string): string => /[^\x00-\x7f]/.test(text) ? decodeURIComponent(escape(text)) : text

/** A payload with `\u` in it is decoded before it is parsed: afterwards nobody could tell its characters from bytes. */
function parse(data: string, wire: Wire): unknown {
  if (data.indexOf('\\u') >= 0) return JSON.parse(utf8(data))
  const payload = JSON.parse(data)
  if (wire !== 'openai') {
    const key = wire === 'agui' ? 'delta' : 'content'
    if (payload[key]) payload[key] = utf8(payload[key])
    return payload
  }
  const delta = payload.choices[0]?.delta
  if (delta?.content) delta.content = utf8(delta.content)
  else if (delta?.tool_calls) delta.tool_calls[0].function.arguments = utf8(delta.tool_calls[0].function.arguments)
  return payload
}
