import type { CreateContender } from '../harness/contender.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'
import { createNativeDecoder } from './parts/native.js'

/**
 * The bare loop with a memo of the envelope: if the text around the delta is that of the event before, only the
 * literal of the delta is parsed. Gives up after eight misses.
 */
export const create: CreateContender = (_feed, wire) => handWritten(wire, (feed, onPayload) => {
  const source = feed.open()
  const decoder = createNativeDecoder()
  const push = createLineReader(onPayload, wire === 'openai' ? createMemo() : JSON.parse)
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) push(decoder.decode(chunk))
})

const key = '"content":"'

function createMemo(): (data: string) => unknown {
  let head = ''
  let tail = ''
  let misses = 0
  return data => {
    if (misses > 8) return JSON.parse(data)
    const start = head.length
    const end = data.length - tail.length
    if (start > 0 && end > start && data.slice(0, start) === head && data.slice(end) === tail) {
      const content = plain(data.slice(start, end))
      if (content !== undefined) return { choices: [{ delta: { content } }] }
    }
    misses++
    return remember(data)
  }

  function remember(data: string): unknown {
    const payload = JSON.parse(data)
    const content = payload.choices[0]?.delta.content
    const at = data.indexOf(key)
    if (!content || at < 0) return payload
    const length = JSON.stringify(content).length - 2
    head = data.slice(0, at + key.length)
    tail = data.slice(at + key.length + length)
    if (tail.charCodeAt(0) !== 34) head = tail = ''
    return payload
  }
}

/** The text of a JSON literal without its quotes; undefined if it is not one literal. */
function plain(literal: string): string | undefined {
  if (literal.indexOf('\\') < 0) return literal.indexOf('"') < 0 ? literal : undefined
  try {
    return JSON.parse(`"${literal}"`)
  } catch {
    return undefined
  }
}
