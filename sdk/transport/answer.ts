import { Observable, type Subscriber, type Subscription } from 'rxjs'
import { cutOff } from './failures.js'
import { createReconnect, type Reconnect } from './reconnect.js'
import { tellCancelled } from './tell-cancelled.js'
import type { LogRequest, RungName } from './rungs/rung.js'
import { isSampanError } from '../errors.js'
import type { Clock, Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { Hop } from '../protocol/hop.js'
import { cancelPath, endsLog } from '../protocol/log-wire.js'

/** How long a response may take to end, in milliseconds, after the last that is wanted of it. */
const LINGER_MS = 500

/** Who we are, to the server. */
export interface Authority {
  /** Gives the headers of a request, once: with the token in use, at once, or with a new one. Leaving stops that. */
  authorise(take: (headers: Record<string, string>) => void, fail: (error: unknown) => void): Subscription | void
  /** Whether an error says that the token has run out, and the next headers have another. */
  isRefused(error: unknown): boolean
}

/** One of the ways. */
export interface Rung {
  /** @param after the number of the last frame that came, to go on behind it. Absent: the request is sent. */
  open(request: LogRequest, after?: number): Observable<Frame>
}

/** The ways there are, for one answer after the other. */
export interface Ways {
  /** Which to take, of those that have not failed this answer. */
  choose(request: LogRequest, failed: readonly RungName[]): RungName
  /** A way does not work on this phone. */
  leave(name: RungName): void
  /** A way brought a frame, after others had failed this answer. */
  came(name: RungName, failed: readonly RungName[]): void
  /** Whether the server keeps a log of this answer, under the id the client minted. */
  hasLog(request: LogRequest): boolean
  readonly rungs: Record<RungName, Rung>
}

/** What an answer is read with. */
export interface AnswerOptions {
  readonly platform: Platform
  /** The address of the server, without a slash at its end. */
  readonly base: string
  readonly clock: Clock
  readonly ways: Ways
  readonly authority: Authority
}

/** An answer that is being read. */
interface Reading extends AnswerOptions {
  readonly request: LogRequest
  // One subscriber for all that may happen to an answer: each more would cost every frame.
  readonly subscriber: Subscriber<Frame>
  /** Only where the server keeps a log of this answer. */
  readonly reconnect?: Reconnect
  headers: Record<string, string>
  /** Ways that failed since the last frame. */
  failed: RungName[]
  /** The number of the last frame that came. */
  after: number
  isSent: boolean
  isOver?: boolean
  /** The last frame that came. Whether the answer ends with it is asked late: each frame would pay for it. */
  last?: Frame
  isRenewed?: boolean
  /** Whether the connection broke since the last new frame. */
  isLost?: boolean
  inner?: Subscriber<Frame>
  way?: RungName
}

/**
 * One answer, over as many attempts as it takes: a token that has run out is replaced, a way that does not work is left for
 * the next, and where the server keeps a log, a connection that broke is opened again behind the last frame that came. The
 * same frames come as if nothing had happened, each once.
 */
export function readAnswer(request: LogRequest, options: AnswerOptions): Observable<Frame> {
  return new Observable(subscriber => {
    const { platform, clock, ways } = options
    const { joins = false } = request
    const reconnect = ways.hasLog(request) ? createReconnect(platform, clock, () => leave(reading), () => attempt(reading)) : undefined
    const reading: Reading = { ...options, request, subscriber, reconnect, headers: {}, failed: [], after: 0, isSent: joins }
    subscriber.add(() => stop(reading))
    // What no log holds cannot be read again, and must not be begun again.
    if (joins && !reconnect) fail(reading, cutOff())
    else authorise(reading)
  })
}

function authorise(reading: Reading): void {
  const { subscriber, authority } = reading
  const take = (headers: Record<string, string>): void => {
    reading.headers = headers
    attempt(reading)
  }
  subscriber.add(authority.authorise(take, error => fail(reading, error)))
}

function stop(reading: Reading): void {
  const { reconnect, request, platform, base, headers, clock, inner } = reading
  const { logId, cancel } = request
  if (reconnect) reconnect.stop()
  const isOver = isEnded(reading)
  // All has come that is wanted. A connection that is cut cannot serve the next request, and another costs a handshake. An
  // event source is closed: left alone it may connect again by itself, and ask for the answer once more.
  if (isOver && inner && reading.way === 'stream' && platform.capabilities.stream !== 'events') inner.add(clock.setTimer(LINGER_MS, () => leave(reading)))
  else leave(reading)
  // Leaving is not cancelling where somebody may come back for the rest.
  if (!reading.isSent || isOver || (cancel && cancel.isCancelled === false)) return
  const target = reconnect ? { url: base + cancelPath(logId!), body: undefined } : request.stop && request.stop()
  if (!target) return
  const told = tellCancelled(platform, { ...request, ...target, method: 'POST', headers: { ...headers, accept: 'application/json' }, framing: 'body' })
  if (cancel && cancel.onCancel) cancel.onCancel(() => told)
}

function attempt(reading: Reading): void {
  // Shown again, the app may find one under way that has said nothing yet. Of two, one would be read with nobody to miss it.
  leave(reading)
  const { request, subscriber, reconnect, ways, headers, failed } = reading
  const name = (reading.way = ways.choose(request, failed))
  const from = reading.isSent ? reading.after : undefined
  let hasFrames = false
  const own = (reading.inner = new Hop<Frame>({
    next(frame) {
      if (!hasFrames) {
        hasFrames = true
        reading.isRenewed = false
        // Only now is it the way that is broken, and not the network.
        ways.came(name, failed.splice(0))
      }
      if (reconnect && frame.id !== undefined) {
        // Here and not in a function of its own: there is one for each frame. What is no number is no place in a log.
        const seq = +frame.id
        if (seq > reading.after) reading.after = seq
        else if (seq <= reading.after) return
        if (reading.isLost) {
          reconnect.progress()
          reading.isLost = false
        }
      }
      reading.last = frame
      subscriber.next(frame)
    },
    error(error) {
      // What breaks after all that is wanted has come is not read on.
      if (reading.inner === own && !subscriber.closed) lost(reading, error, name, hasFrames)
    },
    complete() {
      if (reading.inner === own) closed(reading, name, hasFrames)
    },
  }))
  reading.isSent = true
  ways.rungs[name].open({ ...request, headers }, from).subscribe(own)
}

function isEnded({ isOver, last }: Reading): boolean {
  return isOver || (last !== undefined && endsLog(last))
}

function closed(reading: Reading, name: RungName, hasFrames: boolean): void {
  const { platform, ways, reconnect, after, subscriber } = reading
  if (name === 'stream') {
    // The adapter has seen that the host does not stream after all.
    if (platform.capabilities.stream === 'none') ways.leave(name)
    // Socket and poll say that a log is over; a response only ends. One without a frame broke before the first.
    if (reconnect && !isEnded(reading) && (after > 0 || !hasFrames)) return lost(reading, cutOff(), name, hasFrames)
  }
  reading.isOver = true
  subscriber.complete()
}

function lost(reading: Reading, error: unknown, name: RungName, hasFrames: boolean): void {
  const { ways, authority, reconnect, after, request: { joins } } = reading
  const { status, phase } = isSampanError(error) ? error.details : {}
  reading.isLost = true
  leave(reading)
  if (isSampanError(error, 'transport/text-damaged')) ways.leave(name)
  // A poll may be refused in the middle: each of its requests is one by itself.
  const isRefused = (!hasFrames || name === 'poll') && !reading.isRenewed && authority.isRefused(error)
  if (isRefused || (name === 'socket' && !hasFrames && phase === 'connect')) {
    reading.isSent = after > 0 || !!joins
    if (isRefused) {
      reading.isRenewed = true
      return authorise(reading)
    }
    reading.failed = reading.failed.concat(name)
    return attempt(reading)
  }
  const end = joins && /^4(04|10)$/.test(String(status)) ? cutOff() : reconnect ? reconnect.lost(error, hasFrames || after > 0) : error
  if (end !== undefined) fail(reading, end)
}

function fail(reading: Reading, error: unknown): void {
  reading.isOver = true
  reading.subscriber.error(error)
}

/** Leaves the connection there is, without a word, and says whether there was one. */
function leave(reading: Reading): boolean {
  const { inner } = reading
  if (!inner) return false
  reading.inner = undefined
  inner.unsubscribe()
  return true
}
