/** One event of a stream, as it came: its lines are passed on unchanged, the number is ours. */
export interface Frame {
  /** 1 for the first frame of a stream. 0 for one that is no part of it: why it cannot be read on. */
  seq: number
  /** The `event:` and `data:` lines, without their line ends. */
  lines: string[]
}

/** Takes text as it comes and gives back the events that are complete, each as its `event:` and `data:` lines. */
export interface SseSplitter {
  /** @throws RangeError when one event is longer than the limit. */
  push(text: string): string[][]
}

/**
 * Splits a stream into events without looking inside them. Lines end in LF, CR or CRLF, also cut between the two.
 * Comments, ids and retry times of the provider are dropped: heartbeats and numbers are the gateway's own. Work and
 * memory are bounded by `maxEventChars` (default 4 Mi), whatever a provider sends.
 */
export function createSseSplitter(maxEventChars = 4 * 1024 * 1024): SseSplitter {
  let parts: string[] = []
  let lines: string[] = []
  let chars = 0
  let isStart = true
  let isAfterReturn = false
  const keep = (part: string): void => {
    chars += part.length
    if (chars > maxEventChars) throw new RangeError(`An event is longer than ${maxEventChars} characters.`)
    parts.push(part)
  }
  const endLine = (events: string[][]): void => {
    const line = parts.length === 1 ? parts[0]! : parts.join('')
    parts = []
    if (line !== '') {
      if (isData(line) || /^event(:|$)/.test(line)) lines.push(line)
      else chars -= line.length
      return
    }
    if (lines.some(isData)) events.push(lines)
    lines = []
    chars = 0
  }
  return {
    push(text) {
      if (!text) return []
      const events: string[][] = []
      let start = isStart && text.charCodeAt(0) === 0xfeff ? 1 : 0
      isStart = false
      // The second half of a CRLF that was cut in two.
      if (isAfterReturn && text[start] === '\n') start += 1
      isAfterReturn = text.endsWith('\r')
      const pieces = text.slice(start).split(/\r\n|\n|\r/)
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) endLine(events)
        if (piece) keep(piece)
      }
      return events
    },
  }
}

/** The data of an event: its `data:` lines joined. */
export function dataOf(lines: readonly string[]): string {
  const data = lines.filter(isData).map(line => line.slice(line[5] === ' ' ? 6 : 5))
  return data.length === 1 ? data[0]! : data.join('\n')
}

/** The frame as it reads on the wire. `isAscii` writes everything beyond ASCII as `\uXXXX`. */
export function writeFrame(frame: Frame, isAscii: boolean): string {
  const id = frame.seq > 0 ? `id: ${frame.seq}\n` : ''
  const text = `${id}${frame.lines.join('\n')}\n\n`
  return isAscii ? asciiJson(text) : text
}

/** JSON with nothing but ASCII in it. What is not ASCII can only stand inside its strings. */
export function asciiJson(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function isData(line: string): boolean {
  return /^data(:|$)/.test(line)
}
