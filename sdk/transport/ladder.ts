import { Observable } from 'rxjs'
import { readAnswer, type Authority, type Ways } from './answer.js'
import { refusedByEvent } from './refused-event.js'
import { requestFrames } from './request-frames.js'
import { pollFrames } from './rungs/poll-frames.js'
import type { LogRequest, RungName } from './rungs/rung.js'
import type { SocketHub } from './rungs/socket-hub.js'
import { inStreamSlot } from './stream-slots.js'
import type { Clock, Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { parseJson } from '../protocol/json.js'
import { logPath } from '../protocol/log-wire.js'

/** Where it is remembered which ways do not work on this phone. */
const MEMORY_KEY = 'sampan/rungs'
/** For how long, in milliseconds: a proxy that breaks sockets is left behind some day. */
const MEMORY_MS = 7 * 24 * 3600_000

/** What is stored: until when each way is not tried, for this version of this host. */
interface Memory { host: string; until: Partial<Record<RungName, number>> }

/** Opens streams on the best way that this host and its server have. */
export interface Ladder { open(request: LogRequest, authority: Authority): Observable<Frame> }

/**
 * The ladder: a response that streams, a socket, a poll, and last the whole answer at once. The first way that can work is
 * taken. A socket that cannot be opened is left for the next way in this very request. What turned out not to work is not
 * tried again on this version of the host for a week.
 *
 * @param isGateway whether the server keeps stream logs. Any other can only stream or answer at once.
 * @param hub brings streams over a socket, where the app wants that.
 */
export function createLadder(platform: Platform, base: string, isGateway: boolean, clock: Clock, hub?: SocketHub): Ladder {
  const version = platform.host.name + ' ' + platform.host.version
  let until: Memory['until'] | undefined

  const rungs: Record<RungName, (request: LogRequest, after: number | undefined) => Observable<Frame>> = {
    stream(request, after) {
      const wanted = after === undefined ? request : { ...request, url: base + logPath(request.logId!, after), method: 'GET' as const, body: undefined }
      const frames$ = inStreamSlot(platform, requestFrames(platform, wanted))
      const { stream, hidesErrors } = platform.capabilities
      return isGateway && (stream === 'events' || hidesErrors) ? frames$.pipe(refusedByEvent(after)) : frames$
    },
    socket: (request, after) => hub!.open(request, after),
    poll: (request, after) => pollFrames(platform, base, request, after),
    once: request => requestFrames(platform, { ...request, isWhole: true }),
  }
  const canTry: Record<RungName, (request: LogRequest) => boolean> = {
    stream: ({ framing }) => platform.capabilities.stream !== 'none' && framing !== 'body',
    socket: request => hasLog(request) && hub !== undefined && platform.openSocket !== undefined,
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

  const ways: Ways = { choose, give, hasLog, open: (name, request, after) => rungs[name](request, after) }
  return {
    open: (request, authority) =>
      new Observable(subscriber => remember(() => void (subscriber.closed || readAnswer(request, { platform, base, clock, ways, authority }).subscribe(subscriber)))),
  }
}
