/** One event of a stream, as it came: its lines are passed on unchanged, the number is ours. */
export interface Frame {
  /** 1 for the first frame of a stream. */
  seq: number
  /** The `event:` and `data:` lines, without their line ends. */
  lines: string[]
}

/** Takes text as it comes and gives back the events that are complete, each as its `event:` and `data:` lines. */
export interface SseSplitter {
  push(text: string): string[][]
}

/**
 * Splits a stream into events without looking inside them. Lines end in LF, CR or CRLF, also cut between the two.
 * Comments, ids and retry times of the provider are dropped: heartbeats and numbers are the gateway's own.
 */
export function createSseSplitter(): SseSplitter {
  let rest = ''
  let lines: string[] = []
  let isStart = true
  return {
    push(text) {
      if (isStart && text) {
        isStart = false
        if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
      }
      const events: string[][] = []
      rest += text
      // A CR at the very end may be the first half of CRLF: it waits for what follows.
      const end = rest.endsWith('\r') ? rest.length - 1 : rest.length
      const parts = rest.slice(0, end).split(/\r\n|\n|\r/)
      rest = parts.pop()! + rest.slice(end)
      for (const line of parts) {
        if (line === '') {
          if (lines.some(isData)) events.push(lines)
          lines = []
        } else if (isData(line) || /^event(:|$)/.test(line)) {
          lines.push(line)
        }
      }
      return events
    },
  }
}

/** The frame as bytes on the wire would read. `isAscii` writes everything beyond ASCII as `\uXXXX`. */
export function writeFrame(frame: Frame, isAscii: boolean): string {
  const text = `id: ${frame.seq}\n${frame.lines.join('\n')}\n\n`
  return isAscii ? asciiJson(text) : text
}

/** JSON with nothing but ASCII in it. What is not ASCII can only stand inside its strings. */
export function asciiJson(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Whether this event is the end marker `[DONE]`. */
export function isDone(lines: readonly string[]): boolean {
  return lines.some(line => /^data: ?\[DONE\]\s*$/.test(line))
}

/** Whether this event carries a reason why the model stopped: all that follows is decoration. */
export function isFinish(lines: readonly string[]): boolean {
  return lines.some(line => /"finish_reason"\s*:\s*"/.test(line))
}

function isData(line: string): boolean {
  return /^data(:|$)/.test(line)
}
