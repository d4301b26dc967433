/** Reads JSON while it arrives. The value is there from the first piece on, and grows. */
export interface JsonReader {
  /** Takes the next piece of the text. Costs as much as the piece is long, however much came before. */
  push(piece: string): void
  /**
   * What is known so far. Strings grow; numbers and literals appear when they are complete; a key appears with its value.
   * It is one object that goes on growing: copy it to keep a state of it.
   */
  readonly value: unknown
  /** The text is no JSON. The value stays what it was before the mistake. */
  readonly isBroken: boolean
}

// What may come next, each thing by its first character.
const VALUE = '{["-0123456789tfn'
const ITEM_OR_END = VALUE + ']'
const KEY = '"'
const KEY_OR_END = '"}'

const WORD = /[-+.\w]*/y
/** A part of a string: up to its end, that of the piece, or an escape that is not complete. A longer match takes stack. */
const STRING_PART = /[^"\\]*(?:\\(?:u[^]{4}|[^u])[^"\\]*){0,99}/y

type Container = { [key: string | number]: unknown }

/**
 * Makes a reader for one JSON text that comes in pieces, cut anywhere. For arguments of tool calls: what has arrived can
 * be shown before the rest is there.
 */
export function createJsonReader(): JsonReader {
  const root: Container = {}
  /** The open objects and lists, from the outside in. The last one is `target`, where the next value goes, under `key`. */
  const open = [root]
  let target = root
  let key: string | number = 'value'
  let expected = VALUE
  /** The string that is being read. */
  let text: string | undefined
  /** The end of the text that means nothing yet: the beginning of an escape, a number or a literal. */
  let rest = ''
  let isBroken = false

  const afterValue = (): string => (target === root ? '' : Array.isArray(target) ? ',]' : ',}')
  const readString = (piece: string, at: number): number => {
    const end = endOf(STRING_PART, piece, at)
    const part = piece.slice(at, end)
    const isKey = expected[0] === KEY
    text += part.indexOf('\\') < 0 ? part : JSON.parse('"' + part + '"')
    if (isKey) key = text!
    else put(target, key, text)
    if (piece[end] !== '"') return end
    text = undefined
    expected = isKey ? ':' : afterValue()
    return end + 1
  }
  const readMark = (mark: string): void => {
    if (mark === '"') text = ''
    else if (mark === ':') expected = VALUE
    else if (mark === ',') {
      key = target.length as number // of an object too, where the next key comes first
      expected = Array.isArray(target) ? VALUE : KEY
    } else if (mark === '{' || mark === '[') {
      const inner = (mark === '{' ? {} : []) as Container
      put(target, key, inner)
      open.push((target = inner))
      key = 0
      expected = mark === '{' ? KEY_OR_END : ITEM_OR_END
    } else {
      open.pop()
      target = open[open.length - 1]!
      expected = afterValue()
    }
  }
  /** Reads one thing and answers where the next begins: at the same place, if the next piece must tell. */
  const read = (piece: string, at: number): number => {
    if (text !== undefined) return readString(piece, at)
    const char = piece[at]!
    if (' \t\n\r'.indexOf(char) >= 0) return at + 1
    if (expected.indexOf(char) < 0) throw new SyntaxError()
    if ('{}[]:,"'.indexOf(char) >= 0) {
      readMark(char)
      return at + 1
    }
    const end = endOf(WORD, piece, at)
    if (end === piece.length) return at
    put(target, key, JSON.parse(piece.slice(at, end)))
    expected = afterValue()
    return end
  }
  return {
    push(piece) {
      if (isBroken) return
      try {
        rest += piece
        let at = 0
        for (let next; at < rest.length && (next = read(rest, at)) > at; ) at = next
        rest = rest.slice(at)
      } catch {
        isBroken = true
      }
    },
    get value() {
      return root.value
    },
    get isBroken() {
      return isBroken
    },
  }
}

function put(target: Container, key: string | number, value: unknown): void {
  // A key of this name would change the prototype instead of becoming a property.
  if (key === '__proto__') Object.defineProperties(target, Object.getOwnPropertyDescriptors({ [key]: value }))
  else target[key] = value
}

/** Where the match ends that begins at a place. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  pattern.test(text)
  return pattern.lastIndex
}
