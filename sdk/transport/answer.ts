import { Observable, type Subscriber } from 'rxjs'
import { cutOff } from './failures.js'
import { createReconnect, type Reconnect } from './reconnect.js'
import { tellCancelled } from './tell-cancelled.js'
import type { LogRequest, RungName } from './rungs/rung.js'
import { isSampanError } from '../errors.js'
import type { Clock, Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { Hop } from '../protocol/hop.js'
import { cancelPath, endsLog } from '../protocol/log-wire.js'

/** Who we are, to the server. */
export interface Authority {
  /** Emits the headers of a request, with the token in use or a new one. */
  readonly headers$: Observable<Record<string, string>>
  /** Whether an error says that the token has run out, and the next headers have another. */
  isRefused(error: unknown): boolean
}

/** The ways there are, for one answer after the other. */
export interface Ways {
  /** Which to take, of those that have not failed this answer. */
  choose(request: LogRequest, failed: readonly RungName[]): RungName
  /** A way does not work on this phone. */
  give(name: RungName): void
  /** Whether the server keeps a log of this answer, under the id the client minted. */
  hasLog(request: LogRequest): boolean
  /** @param after the number of the last frame that came, to go on behind it. Absent: the request is sent. */
  open(name: RungName, request: LogRequest, after: number | undefined): Observable<Frame>
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

/**
 * One answer, over as many attempts as it takes: a token that has run out is replaced, a way that does not work is left for
 * the next, and where the server keeps a log, a connection that broke is opened again behind the last frame that came. The
 * same frames come as if nothing had happened, each once.
 */
export function readAnswer(request: LogRequest, options: AnswerOptions): Observable<Frame> {
  return new Observable(subscriber => {
    const reading = new Reading(request, options, subscriber)
    subscriber.add(() => reading.stop())
    reading.authorise()
  })
}

class Reading {
  private headers: Record<string, string> = {}
  private failed: readonly RungName[] = []
  /** The number of the last frame that came. */
  private after = 0
  private isSent: boolean
  private isOver = false
  /** The last frame that came of the log. Whether it ends it is asked late: each frame would pay for it. */
  private last: Frame | undefined
  private isRenewed = false
  /** Whether the connection broke since the last new frame. */
  private isLost = false
  // One subscriber for all that may happen to an answer: each more would cost every frame.
  private inner: Subscriber<Frame> | undefined
  /** Only where the server keeps a log of this answer. */
  private readonly reconnect: Reconnect | undefined

  constructor(private readonly request: LogRequest, private readonly options: AnswerOptions, private readonly subscriber: Subscriber<Frame>) {
    const { platform, clock, ways } = options
    this.isSent = request.joins === true
    this.reconnect = ways.hasLog(request) ? createReconnect(platform, clock, () => this.leave(), () => this.attempt()) : undefined
  }

  authorise(): void {
    const { subscriber } = this
    // What no log holds cannot be read again, and must not be begun again.
    if (this.request.joins && !this.reconnect) return this.fail(cutOff())
    const asked = new Hop<Record<string, string>>({
      next: headers => {
        subscriber.remove(asked)
        asked.unsubscribe()
        this.headers = headers
        this.attempt()
      },
      error: (error: unknown) => this.fail(error),
      complete() {},
    })
    subscriber.add(asked)
    this.options.authority.headers$.subscribe(asked)
  }

  stop(): void {
    const { reconnect, request, options: { platform, base }, headers, isSent, isEnded } = this
    const { logId, cancel, stop } = request
    reconnect?.stop()
    this.leave()
    // Leaving is not cancelling where somebody may come back for the rest.
    if (!isSent || isEnded || cancel?.isCancelled === false) return
    const target = reconnect ? { url: base + cancelPath(logId!), body: undefined } : stop?.()
    if (!target) return
    const told = tellCancelled(platform, { ...request, ...target, method: 'POST', headers: { ...headers, accept: 'application/json' }, framing: 'body' })
    cancel?.onCancel?.(() => told)
  }

  private attempt(): void {
    const { request, subscriber, reconnect, options: { ways } } = this
    const name = ways.choose(request, this.failed)
    let hasFrames = false
    const own = (this.inner = new Hop<Frame>({
      next: frame => {
        if (!hasFrames) {
          hasFrames = true
          this.arrived()
        }
        if (frame.id === undefined || !reconnect || this.isNew(frame.id, frame)) subscriber.next(frame)
      },
      error: (error: unknown) => {
        if (this.inner === own) this.lost(error, name, hasFrames)
      },
      complete: () => {
        if (this.inner === own) this.closed(name, hasFrames)
      },
    }))
    subscriber.add(own)
    const from = this.isSent ? this.after : undefined
    this.isSent = true
    ways.open(name, { ...request, headers: this.headers }, from).subscribe(own)
  }

  private get isEnded(): boolean {
    return this.isOver || (this.last !== undefined && endsLog(this.last))
  }

  private arrived(): void {
    this.isRenewed = false
    // Only now is it the way that is broken, and not the network.
    this.failed.forEach(this.options.ways.give)
  }

  private isNew(id: string, frame: Frame): boolean {
    const seq = Number(id)
    // What is no number is no place in a log.
    if (seq > this.after) this.after = seq
    else if (seq <= this.after) return false
    this.last = frame
    if (this.isLost) {
      this.reconnect!.progress()
      this.isLost = false
    }
    return true
  }

  private closed(name: RungName, hasFrames: boolean): void {
    const { platform, ways } = this.options
    if (name === 'stream') {
      // The adapter has seen that the host does not stream after all.
      if (platform.capabilities.stream === 'none') ways.give(name)
      // Socket and poll say that a log is over; a response only ends. One without a frame broke before the first.
      if (this.reconnect && !this.isEnded && (this.after > 0 || !hasFrames)) return this.lost(cutOff(), name, hasFrames)
    }
    this.isOver = true
    this.subscriber.complete()
  }

  private lost(error: unknown, name: RungName, hasFrames: boolean): void {
    const { ways, authority } = this.options
    this.isLost = true
    this.leave()
    if (isSampanError(error, 'transport/text-damaged')) ways.give(name)
    if (!hasFrames && !this.isRenewed && authority.isRefused(error)) {
      this.isRenewed = true
      this.isSent = this.after > 0 || this.request.joins === true
      return this.authorise()
    }
    if (name === 'socket' && !hasFrames && isSampanError(error) && error.details.phase === 'connect') {
      this.failed = this.failed.concat(name)
      this.isSent = this.after > 0 || this.request.joins === true
      return this.attempt()
    }
    if (this.request.joins && isSampanError(error) && /^4(04|10)$/.test(String(error.details.status))) return this.fail(cutOff())
    const end = this.reconnect ? this.reconnect.lost(error) : error
    if (end !== undefined) this.fail(end)
  }

  private fail(error: unknown): void {
    this.isOver = true
    this.subscriber.error(error)
  }

  /** Leaves the connection there is, without a word, and says whether there was one. */
  private leave(): boolean {
    const left = this.inner
    if (!left) return false
    this.inner = undefined
    this.subscriber.remove(left)
    left.unsubscribe()
    return true
  }
}
