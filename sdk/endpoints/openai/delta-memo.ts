import { decodeUtf8 } from '../../protocol/utf8.js'
import type { Frame } from '../../protocol/frames.js'

/** Events in a row that differ in more than their text, after which looking for likeness is given up. */
const GIVE_UP_AFTER = 8

/**
 * Recognises events that differ from an earlier one in nothing but one string. On most streams that is nearly every
 * event, and parsing the same 250 bytes of envelope each time is more than half of the work of reading a stream.
 * Comparing slices is exact: what is around the string is equal character by character, so its meaning is equal too.
 */
export interface DeltaMemo {
  /** The string of an event that is like the learned one, or `undefined`. An empty one is left to be parsed. */
  match(frame: Frame): string | undefined
  /** Learns from an event that was parsed: `value` stood in `field`, and was all it said. */
  learn(frame: Frame, field: string, value: string): void
  /** Which field `match` reads. */
  readonly field: string
}

export function createDeltaMemo(): DeltaMemo {
  let head = ''
  let tail = ''
  let field = ''
  let event = ''
  let misses = 0
  return {
    get field() {
      return field
    },
    match({ data, encoded, event: name }) {
      if (!head || name !== event) return undefined
      const end = data.length - tail.length
      if (end < head.length || data.slice(0, head.length) !== head || data.slice(end) !== tail) return miss()
      const literal = data.slice(head.length, end)
      const text = readLiteral(encoded ? decodeUtf8(literal) : literal)
      if (text === undefined) return miss()
      misses = 0
      return text
    },
    learn(frame, name, value) {
      if (misses >= GIVE_UP_AFTER) return
      const { data, encoded } = frame
      const found = locate(data, name)
      if (!found) return
      const literal = data.slice(found.start, found.end)
      if (readLiteral(encoded ? decodeUtf8(literal) : literal) !== value) return
      head = data.slice(0, found.start)
      tail = data.slice(found.end)
      field = name
      event = frame.event
    },
  }

  function miss(): undefined {
    if (++misses >= GIVE_UP_AFTER) head = ''
    return undefined
  }
}

/** Quote, backslash and the control characters, which JSON forbids: to let them pass would be to read what is no JSON. */
const SPECIAL = /[^ !#-[\]-\uffff]/

/** The value of what stands between the quotes of a JSON string; `undefined` if a string could not look like that. */
function readLiteral(literal: string): string | undefined {
  if (!SPECIAL.test(literal)) return literal || undefined
  try {
    return JSON.parse('"' + literal + '"')
  } catch {
    return undefined
  }
}

/** Where the string of a field stands in JSON text. Only if the field's name occurs once: else it might be another's. */
function locate(data: string, name: string): { start: number; end: number } | undefined {
  // A backslash outside the string may spell the field's name in another way.
  const key = '"' + name + '"'
  const at = data.indexOf(key)
  if (at < 0 || data.indexOf(key, at + key.length) >= 0) return undefined
  const opening = /^\s*:\s*"/.exec(data.slice(at + key.length, at + key.length + 16))
  if (!opening) return undefined
  const start = at + key.length + opening[0].length
  let end = data.indexOf('"', start)
  while (end > 0 && isEscaped(data, end)) end = data.indexOf('"', end + 1)
  if (end < 0 || (data.slice(0, start) + data.slice(end)).indexOf('\\') >= 0) return undefined
  return { start, end }
}

function isEscaped(data: string, at: number): boolean {
  let backslashes = 0
  while (data.charAt(at - 1 - backslashes) === '\\') backslashes++
  return backslashes % 2 === 1
}
