/** Cuts text into sentences while it comes. What it hands out, put together again, is the text. */
export interface Sentences {
  push(delta: string): void
  /** Hands out what is left; more may follow. */
  end(): void
}

/** Marks that end a sentence wherever they stand. */
const HARD = /[。！？；…]/
/** Marks that end one where a blank follows: `3.14` has none. */
const SOFT = /[.!?]/
/** What may still belong to a sentence behind its end. */
const CLOSING = /["'”’」』）】》)\]*_]/

/** Inside a sentence; behind a soft end; behind a hard end; in the blanks that made a soft end one. */
type Place = 'inside' | 'soft' | 'hard' | 'blank'

/**
 * A splitter of one message. Each character is looked at once. A sentence ends with its mark and what closes it, or with
 * its line; a fenced block of code is one piece. Nothing grows beyond `maxChars`: long code is cut between lines, anything
 * else where it is. With `per` `message` that is the only limit.
 */
export function createSentences(per: 'message' | 'sentence', maxChars: number, take: (sentence: string) => void): Sentences {
  let held: string[] = []
  let length = 0
  let isBlank = true
  let place: Place = 'inside'
  /** Between two backticks of one line. */
  let isCode = false
  const fence = createFence()
  function hand(): void {
    const piece = held.join('')
    held = []
    length = 0
    isBlank = true
    place = 'inside'
    take(piece)
  }
  function cut(): void {
    // Blanks alone are nothing to judge: they go with what follows.
    if (!isBlank) hand()
  }
  function push(delta: string): void {
    let start = 0
    const cutAt = (index: number): void => {
      if (index > start) held.push(delta.slice(start, index))
      start = index
      cut()
    }
    for (let i = 0; i < delta.length; i++) {
      const char = delta[i]!
      if ((per === 'sentence' && isEnd(place, char)) || (length >= maxChars && !/[\uDC00-\uDFFF]/.test(char))) cutAt(i)
      length++
      if (isBlank && /\S/.test(char)) isBlank = false
      fence.read(char)
      if (char === '`') isCode = !isCode
      else if (char === '\n') isCode = false
      place = fence.isOpen || isCode ? 'inside' : next(place, char)
      if (char === '\n' && ((per === 'sentence' && !fence.isOpen) || length >= maxChars / 2)) cutAt(i + 1)
    }
    if (start < delta.length) held.push(delta.slice(start))
  }
  return {
    push,
    end() {
      if (held.length) hand()
    },
  }
}

/** Whether a sentence was over before this character. */
function isEnd(place: Place, char: string): boolean {
  if (place === 'blank') return /\S/.test(char)
  return place === 'hard' && !HARD.test(char) && !SOFT.test(char) && !CLOSING.test(char)
}

function next(place: Place, char: string): Place {
  if (HARD.test(char)) return 'hard'
  if (SOFT.test(char)) return place === 'hard' ? 'hard' : 'soft'
  if (place === 'soft' && /\s/.test(char)) return 'blank'
  if (place !== 'inside' && (CLOSING.test(char) || (place === 'blank' && /\s/.test(char)))) return place
  return 'inside'
}

/** Follows the fences of code blocks: three of a kind at the head of a line, until as many stand there again. */
function createFence() {
  let mark = ''
  /** The marks at the head of this line; `undefined` once something else has come. */
  let head: string | undefined = ''
  let isClosing = false
  const fence = {
    isOpen: false,
    read(char: string): void {
      if (char === '\n') {
        if (isClosing) fence.isOpen = isClosing = false
        head = ''
      } else if (head !== undefined && /[`~]/.test(char) && (!head || head[0] === char)) {
        head += char
        if (head.length < 3) return
        head = undefined
        if (fence.isOpen) isClosing = char === mark
        else {
          fence.isOpen = true
          mark = char
        }
      } else if (char !== ' ' || head) head = undefined
    },
  }
  return fence
}
