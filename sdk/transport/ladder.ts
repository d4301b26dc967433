import { Observable, Subscriber } from 'rxjs'
import { refusedByEvent } from './refused-event.js'
import { requestFrames } from './request-frames.js'
import { pollFrames } from './rungs/poll-frames.js'
import type { LogRequest, RungName } from './rungs/rung.js'
import { createSocketHub } from './rungs/socket-hub.js'
import { inStreamSlot } from './stream-slots.js'
import { isSampanError } from '../errors.js'
import type { Clock, Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { parseJson } from '../protocol/json.js'

/** Where it is remembered which ways do not work on this phone. */
const MEMORY_KEY = 'sampan/rungs'
/** For how long, in milliseconds: a proxy that breaks sockets is left behind some day. */
const MEMORY_MS = 7 * 24 * 3600_000

/** What is stored: until when each way is not tried, for this version of this host. */
interface Memory { host: string; until: Partial<Record<RungName, number>> }

type Recover = (error: unknown) => Observable<Frame> | undefined

/** Opens streams on the best way that this host and its server have. */
export interface Ladder {
  /** @param recover gives what to try instead where this fails before anything came, if there is something. */
  open(request: LogRequest, recover: Recover): Observable<Frame>
}

/**
 * The ladder: a response that streams, a socket, a poll, and last the whole answer at once. The first way that can work is
 * taken. A socket that cannot be opened is left for the next way in this very request. What turned out not to work is not
 * tried again on this version of the host for a week.
 *
 * @param isGateway whether the server keeps stream logs. Any other can only stream or answer at once.
 */
export function createLadder(platform: Platform, base: string, isGateway: boolean, clock: Clock): Ladder {
  const hub = createSocketHub(platform, base, clock)
  const version = platform.host.name + ' ' + platform.host.version
  let until: Memory['until'] | undefined

  const ways: Record<RungName, (request: LogRequest) => Observable<Frame>> = {
    stream(request) {
      const frames$ = inStreamSlot(platform, requestFrames(platform, request))
      return isGateway && platform.capabilities.stream === 'events' ? frames$.pipe(refusedByEvent()) : frames$
    },
    socket: hub.open,
    poll: request => pollFrames(platform, base, request),
    once: request => requestFrames(platform, { ...request, isWhole: true }),
  }
  const canTry: Record<RungName, (request: LogRequest) => boolean> = {
    stream: ({ framing }) => platform.capabilities.stream !== 'none' && framing !== 'body',
    socket: request => hasLog(request) && platform.openSocket !== undefined,
    poll: request => hasLog(request),
    once: () => true,
  }
  const hasLog = ({ logId, framing }: LogRequest): boolean => isGateway && logId !== undefined && framing !== 'body'
  const NAMES: readonly RungName[] = ['stream', 'socket', 'poll', 'once']
  const choose = (request: LogRequest, failed: readonly RungName[]): RungName =>
    NAMES.find(name => canTry[name](request) && failed.indexOf(name) < 0 && !((until![name] ?? 0) > clock.now()))!

  const give = (name: RungName): void => {
    until = { ...until, [name]: clock.now() + MEMORY_MS }
    platform.storage.set(MEMORY_KEY, JSON.stringify({ host: version, until }), () => {})
  }
  /** What did not work on this phone before. Read once, before the first request. */
  const remember = (done: () => void): void => {
    if (until) return done()
    platform.storage.get(MEMORY_KEY, (_failure, value) => {
      const memory = value === undefined ? undefined : (parseJson(value) as Memory | undefined)
      until ??= (memory && memory.host === version && memory.until) || {}
      done()
    })
  }

  // One subscriber for all that may happen to an answer: each more would cost every frame.
  const climb = (request: LogRequest, recover: Recover, subscriber: Subscriber<Frame>, failed: RungName[]): void => {
    const name = choose(request, failed)
    let hasFrames = false
    const inner: Subscriber<Frame> = new Subscriber<Frame>({
      next(frame) {
        if (!hasFrames) {
          hasFrames = true
          // Only now is it the way that is broken, and not the network.
          failed.forEach(give)
        }
        subscriber.next(frame)
      },
      error(error: unknown) {
        if (isSampanError(error, 'transport/text-damaged')) give(name)
        const again = hasFrames || subscriber.closed ? undefined : recover(error)
        const isNoWay = name === 'socket' && !hasFrames && !subscriber.closed && isSampanError(error) && error.details.phase === 'connect'
        if (!again && !isNoWay) return subscriber.error(error)
        subscriber.remove(inner)
        if (again) again.subscribe(subscriber)
        else climb(request, recover, subscriber, failed.concat(name))
      },
      complete() {
        // The adapter has seen that the host does not stream after all.
        if (name === 'stream' && platform.capabilities.stream === 'none') give(name)
        subscriber.complete()
      },
    })
    subscriber.add(inner)
    ways[name](request).subscribe(inner)
  }
  return {
    open: (request, recover) => new Observable(subscriber => remember(() => void (subscriber.closed || climb(request, recover, subscriber, [])))),
  }
}
