import { decodeUtf8 } from '../../protocol/utf8.js'
import type { Frame } from '../../protocol/frames.js'
import { parseJson } from '../../protocol/json.js'

/** Events in a row that differ in more than their text, after which looking for likeness is given up. */
const GIVE_UP_AFTER = 8

/** Longest event that is learned from, in characters. A delta is short; a long event is none, or too dear to search. */
const MAX_CHARS = 9999

/**
 * Recognises events that differ from an earlier one in nothing but one string. On most streams that is nearly every
 * event, and parsing the same 250 bytes of envelope each time is more than half of the work of reading a stream.
 * Comparing slices is exact: what is around the string is equal character by character, so its meaning is equal too.
 */
export interface DeltaMemo {
  /** The string of an event that is like the learned one, or `undefined`. An empty one is left to be parsed. */
  match(frame: Frame): string | undefined
  /** Learns from an event that was parsed: `value` stood in `field`, and was all it said. */
  learn(frame: Frame, field: string, value: string, say: SayAgain): void
  /** Takes the string that `match` has read. */
  readonly say: SayAgain
}

/** What an event says, with another string in its place. */
export type SayAgain = (text: string) => void

export function createDeltaMemo(): DeltaMemo {
  let head = ''
  let tail = ''
  let event = ''
  let misses = 0

  const memo = {
    say: (() => {}) as SayAgain,
    match({ data, encoded, event: name }: Frame): string | undefined {
      if (!head || name !== event) return undefined
      const end = data.length - tail.length
      if (end >= head.length && data.slice(0, head.length) === head && data.slice(end) === tail) {
        const text = readLiteral(data.slice(head.length, end), encoded)
        if (text !== undefined) {
          misses = 0
          return text
        }
      }
      if (++misses >= GIVE_UP_AFTER) head = ''
      return undefined
    },
    learn({ data, encoded, event: name }: Frame, field: string, value: string, say: SayAgain): void {
      if (misses >= GIVE_UP_AFTER || data.length > MAX_CHARS) return
      // Only if the field's name occurs once: else it might be another's.
      const key = '"' + field + '"'
      const [before, after, again] = data.split(key)
      const found = again === undefined && /^(\s*:\s*")((?:[^"\\]|\\.)*)/.exec(after!)
      if (!found || readLiteral(found[2]!, encoded) !== value) return
      const start = before + key + found[1]!
      const end = data.slice(start.length + found[2]!.length)
      // A backslash outside the string may spell the field's name in another way.
      if ((start + end).indexOf('\\') >= 0) return
      head = start
      tail = end
      event = name
      memo.say = say
    },
  }
  return memo
}

/** Quote, backslash and the control characters, which JSON forbids: to let them pass would be to read what is no JSON. */
const SPECIAL = /[^ !#-[\]-\uffff]/

/** The value of what stands between the quotes of a JSON string; `undefined` if a string could not look like that. */
function readLiteral(literal: string, encoded: boolean): string | undefined {
  const text = encoded ? decodeUtf8(literal) : literal
  return SPECIAL.test(text) ? (parseJson('"' + text + '"') as string | undefined) : text || undefined
}
