/**
 * What can go wrong between a server and a phone, by the byte. All optional; several may be combined.
 * Text faults change the body, cut faults its pieces, time and socket faults the way it is sent.
 */
export interface ByteFaults {
  /** Lines end in CRLF, or in CR. */
  crlf?: boolean
  cr?: boolean
  /** A byte order mark stands first. */
  bom?: boolean
  /** A comment ping stands before each event. */
  comment?: boolean
  /** Event number K (from 0) comes twice, is lost, changes places with the next, or has bytes overwritten. */
  dup?: number
  drop?: number
  swap?: number
  garble?: number
  /** The whole body in one write. */
  coalesce?: boolean
  /** Pieces of N bytes, or of the given sizes of which the last repeats. 1 cuts every character and every CRLF. */
  split?: number | number[]
  /** The body ends cleanly after N bytes, as if it were whole. */
  cut?: number
  /** The socket is reset after N bytes. */
  reset?: number
  /** Nothing more is sent after N bytes, and the connection stays open. */
  hang?: number
  /** One pause of `stallMs` (300) after N bytes. */
  stall?: number
  stallMs?: number
  /** Milliseconds before the head, and before each write. */
  ttfb?: number
  delay?: number
  /** Another status, a `retry-after` in seconds, another content type. */
  status?: number
  retryAfter?: number
  contentType?: string
  /** The page of a captive portal with status 200 instead of the answer. */
  html?: boolean
  /** The body is compressed, flushed at each write. */
  gzip?: boolean
  /** The connection is closed before any answer. */
  refuse?: boolean
}

/** One thing a server does while it sends a body. */
export type ByteStep = { write: Uint8Array } | { waitMs: number } | { end: 'clean' | 'reset' | 'hang' }

/** The page a captive portal answers with. */
export const PORTAL_PAGE = '<!doctype html><html><head><title>Welcome</title></head><body>Please sign in to the network.</body></html>'

/** Reads faults from a header or query value, such as `split=1,crlf,reset=40`. */
export function parseByteFaults(text: string): ByteFaults {
  const faults: Record<string, unknown> = {}
  for (const entry of text.split(',').filter(Boolean)) {
    const [name = '', value] = entry.split('=')
    if (value === undefined) faults[name] = true
    else if (name === 'contentType') faults[name] = value
    else if (name === 'split' && value.includes('/')) faults[name] = value.split('/').map(Number)
    else faults[name] = Number(value)
  }
  return faults
}

/** Turns a body and its faults into what the server does, step by step. */
export function planBytes(chunks: readonly (string | Uint8Array)[], faults: ByteFaults = {}): ByteStep[] {
  const pieces = cutPieces(changeText(chunks.map(toBuffer), faults), faults)
  const steps: ByteStep[] = []
  const stops: [number, () => boolean][] = []
  const stopAt = (at: number | undefined, step: ByteStep, isEnd: boolean): void => {
    if (at !== undefined) stops.push([at, () => (steps.push(step), isEnd)])
  }
  stopAt(faults.stall, { waitMs: faults.stallMs ?? 300 }, false)
  stopAt(faults.cut, { end: 'clean' }, true)
  stopAt(faults.reset, { end: 'reset' }, true)
  stopAt(faults.hang, { end: 'hang' }, true)
  stops.sort((one, other) => one[0] - other[0])
  let sent = 0
  const write = (bytes: Buffer): void => {
    if (bytes.length === 0) return
    if (faults.delay) steps.push({ waitMs: faults.delay })
    steps.push({ write: bytes })
    sent += bytes.length
  }
  for (let piece of pieces) {
    for (let stop = stops[0]; stop && sent + piece.length >= stop[0]; stop = stops[0]) {
      const [at, apply] = stop
      const size = at - sent
      write(piece.subarray(0, size))
      piece = piece.subarray(size)
      stops.shift()
      if (apply()) return steps
    }
    write(piece)
  }
  // A place behind the end of the body is its end.
  if (!stops.some(([, apply]) => apply())) steps.push({ end: 'clean' })
  return steps
}

/** Cuts bytes into pieces of the given sizes; the last size repeats. */
export function cutBytes(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = Math.max(1, sizes[Math.min(turn, sizes.length - 1)] ?? bytes.length)
    pieces.push(bytes.subarray(start, start + size))
    start += size
  }
  return pieces
}

function changeText(chunks: Buffer[], faults: ByteFaults): Buffer[] {
  const { dup, drop, swap, garble } = faults
  let changed = faults.html ? [Buffer.from(PORTAL_PAGE)] : chunks
  if ([dup, drop, swap, garble].some((number) => number !== undefined) || faults.comment) changed = changeEvents(changed, faults)
  const newline = faults.crlf ? '\r\n' : faults.cr ? '\r' : undefined
  // In latin1 a byte is a character, so line ends change without a look at the characters around them.
  if (newline) changed = changed.map((chunk) => Buffer.from(chunk.toString('latin1').replace(/\n/g, newline), 'latin1'))
  if (faults.bom) changed = [Buffer.from('\ufeff'), ...changed]
  return changed
}

function changeEvents(chunks: Buffer[], faults: ByteFaults): Buffer[] {
  const { dup, drop, swap, garble } = faults
  const events = Buffer.concat(chunks).toString('latin1').split(/(?<=\n\n)/)
  const at = (index: number | undefined): string => (index === undefined ? '' : (events[index] ?? ''))
  if (garble !== undefined && at(garble)) events[garble] = at(garble).replace(/data:.{0,6}/, 'data: \xff\xfe{"')
  if (swap !== undefined && at(swap + 1)) events.splice(swap, 2, at(swap + 1), at(swap))
  if (dup !== undefined) events.splice(dup, 0, at(dup))
  if (drop !== undefined) events.splice(drop, 1)
  return events.map((event) => Buffer.from(faults.comment && event ? `: ping\n\n${event}` : event, 'latin1'))
}

function cutPieces(chunks: Buffer[], faults: ByteFaults): Buffer[] {
  if (faults.split === undefined) return faults.coalesce ? [Buffer.concat(chunks)] : chunks
  const sizes = Array.isArray(faults.split) ? faults.split : [faults.split]
  return cutBytes(Buffer.concat(chunks), sizes).map(toBuffer)
}

function toBuffer(chunk: string | Uint8Array): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
