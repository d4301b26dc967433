import { Observable } from 'rxjs'
import { readAnswer, type Authority, type Rung, type Ways } from './answer.js'
import { refusedByEvent } from './refused-event.js'
import { requestFrames, type FrameRequest } from './request-frames.js'
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
/** For how long, in milliseconds: a week. A proxy that breaks sockets is left behind some day. */
const MEMORY_MS = 604_800_000
/** And where it may have been bad luck: five minutes. */
const DOUBT_MS = 300_000

/** What is stored: until when each way is not tried, for this version of this host. A time that is over: it failed when last tried. */
interface Memory { host: string; until: Partial<Record<RungName, number>> }

/** Opens streams on the best way that this host and its server have. */
export interface Ladder { open(request: LogRequest, authority: Authority): Observable<Frame> }

/**
 * The ladder: a response that streams, a socket, a poll, and last the whole answer at once. The first way that can work is
 * taken. A socket that cannot be opened is left for the next way in this very request, and tried again after five minutes; if
 * it cannot be opened then either, after a week. What turned out not to work on this version of the host is not tried again
 * on it for a week.
 *
 * @param isGateway whether the server keeps stream logs. Any other can only stream or answer at once.
 * @param hub brings streams over a socket, where the app wants that.
 */
export function createLadder(platform: Platform, base: string, isGateway: boolean, clock: Clock, hub?: SocketHub): Ladder {
  const { name, version } = platform.host
  const host = name + ' ' + version
  let until: Memory['until'] | undefined

  const hasLog = ({ logId, framing }: LogRequest): boolean => isGateway && logId !== undefined && framing !== 'body'
  const ask = (request: FrameRequest, after?: number): Observable<Frame> => {
    const { stream, hidesErrors } = platform.capabilities
    const frames$ = requestFrames(platform, request)
    return isGateway && (stream === 'events' || hidesErrors) ? frames$.pipe(refusedByEvent(after)) : frames$
  }
  const once = (request: FrameRequest): Observable<Frame> => ask({ ...request, isWhole: true })
  // From the best to the last.
  const rungs: Record<RungName, Rung & { canTry(request: LogRequest): boolean }> = {
    stream: {
      canTry: ({ framing }) => platform.capabilities.stream !== 'none' && framing !== 'body',
      open: (request, after) =>
        inStreamSlot(platform, ask(after === undefined ? request : { ...request, url: base + logPath(request.logId!, after), method: 'GET', body: undefined }, after)),
    },
    socket: { canTry: request => hasLog(request) && !!hub && !!platform.openSocket, open: (request, after) => hub!.open(request, after) },
    poll: { canTry: hasLog, open: (request, after) => pollFrames(once, base, request, after) },
    once: { canTry: () => true, open: once },
  }
  const isLeft = (name: RungName): boolean => until![name]! > clock.now()

  const leave = (name: RungName, ms = MEMORY_MS): void => {
    until![name] = ms && clock.now() + ms
    platform.storage.set(MEMORY_KEY, JSON.stringify({ host, until }), () => {})
  }
  /** What did not work on this phone before. Read once, before the first request. */
  const remember = (done: () => void): void => {
    if (until) return done()
    platform.storage.get(MEMORY_KEY, (_failure, value) => {
      const memory = Object(value && parseJson(value)) as Memory
      until = until || Object(memory.host === host ? memory.until : undefined)
      done()
    })
  }

  const ways: Ways = {
    choose: (request, failed) => (Object.keys(rungs) as RungName[]).find(name => rungs[name].canTry(request) && failed.indexOf(name) < 0 && !isLeft(name))!,
    leave,
    came(name, failed) {
      if (until![name]) leave(name, 0)
      // Several answers may have met with the same bad luck.
      failed.forEach(way => isLeft(way) || leave(way, until![way] ? MEMORY_MS : DOUBT_MS))
    },
    hasLog,
    rungs,
  }
  return {
    open: (request, authority) =>
      new Observable(subscriber => remember(() => void (subscriber.closed || readAnswer(request, { platform, base, clock, ways, authority }).subscribe(subscriber)))),
  }
}
