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

type Place = { target: Record<string, unknown> | unknown[]; key: string | number }
/** Reads on from a place in the piece and answers where it stopped; -1 says that this is no JSON. */
type Step = (piece: string, at: number) => number

const BLANK = /[^ \t\n\r]/g
const STRING_END = /["\\]/g
const TOKEN_END = /[^-+.0-9a-zA-Z]/g
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * Makes a reader for one JSON text that comes in pieces, cut anywhere. For arguments of tool calls: what has arrived can
 * be shown before the rest is there.
 */
export function createJsonReader(): JsonReader {
  const reader = new Reader()
  return {
    push: piece => reader.push(piece),
    get value() {
      return reader.root.value
    },
    get isBroken() {
      return reader.isBroken
    },
  }
}

class Reader {
  readonly root: { value?: unknown } = {}
  isBroken = false
  private readonly stack: Place[] = []
  private place: Place = { target: this.root as Record<string, unknown>, key: 'value' }
  private step: Step = this.readValue
  /** The string, number, literal or escape that is being read. */
  private text = ''
  private escape = ''
  private isKey = false

  push(piece: string): void {
    for (let at = 0; at < piece.length && !this.isBroken; ) {
      const next = this.step(piece, at)
      if (next < 0) this.isBroken = true
      at = next
    }
    if (this.step === this.readString && !this.isKey) this.put(this.text)
  }

  private readValue(piece: string, at: number): number {
    const start = find(BLANK, piece, at)
    const char = piece[start]
    if (char === undefined) return start
    if (char === '{') return this.open({}, start)
    if (char === '[') return this.open([], start)
    if (char === '"') return this.openString(false, start)
    if (char === ']' && this.isFirstItem()) return this.close(start)
    if (!/[-0-9tfn]/.test(char)) return -1
    this.text = ''
    this.step = this.readToken
    return start
  }

  private open(target: Record<string, unknown> | unknown[], at: number): number {
    this.put(target)
    this.stack.push(this.place)
    this.place = { target, key: Array.isArray(target) ? 0 : '' }
    this.step = Array.isArray(target) ? this.readValue : this.readKey
    return at + 1
  }

  private isFirstItem(): boolean {
    const { target } = this.place
    return Array.isArray(target) && target.length === 0 && this.stack.length > 0
  }

  private close(at: number): number {
    this.place = this.stack.pop()!
    this.step = this.readAfter
    return at + 1
  }

  private openString(isKey: boolean, at: number): number {
    this.isKey = isKey
    this.text = ''
    this.step = this.readString
    return at + 1
  }

  private readString(piece: string, at: number): number {
    const end = find(STRING_END, piece, at)
    if (end > at) this.text += piece.slice(at, end)
    if (end === piece.length) return end
    if (piece[end] === '\\') {
      this.escape = ''
      this.step = this.readEscape
      return end + 1
    }
    if (this.isKey) {
      this.place.key = this.text
      this.step = this.readColon
    } else {
      this.put(this.text)
      this.step = this.readAfter
    }
    return end + 1
  }

  private readEscape(piece: string, at: number): number {
    this.escape += piece[at]
    const { escape } = this
    if (escape[0] === 'u') {
      if (escape.length < 5) return at + 1
      if (!/^u[0-9a-fA-F]{4}$/.test(escape)) return -1
      this.text += String.fromCharCode(parseInt(escape.slice(1), 16))
    } else {
      const char = ESCAPES[escape]
      if (char === undefined) return -1
      this.text += char
    }
    this.step = this.readString
    return at + 1
  }

  private readToken(piece: string, at: number): number {
    const end = find(TOKEN_END, piece, at)
    this.text += piece.slice(at, end)
    if (end === piece.length) return end
    try {
      this.put(JSON.parse(this.text))
    } catch {
      return -1
    }
    this.step = this.readAfter
    return end
  }

  private readKey(piece: string, at: number): number {
    const start = find(BLANK, piece, at)
    const char = piece[start]
    if (char === undefined) return start
    if (char === '"') return this.openString(true, start)
    // Only directly after the opening brace; a comma would have put a key here.
    return char === '}' && this.place.key === '' && Object.keys(this.place.target).length === 0 ? this.close(start) : -1
  }

  private readColon(piece: string, at: number): number {
    const start = find(BLANK, piece, at)
    if (start === piece.length) return start
    this.step = this.readValue
    return piece[start] === ':' ? start + 1 : -1
  }

  private readAfter(piece: string, at: number): number {
    const start = find(BLANK, piece, at)
    const char = piece[start]
    if (char === undefined) return start
    const { target } = this.place
    const isList = Array.isArray(target)
    if (this.stack.length === 0) return -1
    if (char === ',') {
      if (isList) this.place.key = target.length
      this.step = isList ? this.readValue : this.readKey
      return start + 1
    }
    return char === (isList ? ']' : '}') ? this.close(start) : -1
  }

  private put(value: unknown): void {
    const { target, key } = this.place
    // A key of this name would change the prototype instead of becoming a property.
    if (key === '__proto__') Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
    else (target as Record<string, unknown>)[key] = value
  }
}

/** Where a pattern is next found, or the end of the text. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  const match = pattern.exec(text)
  return match ? match.index : text.length
}
