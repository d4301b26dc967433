import { Observable } from 'rxjs'
import type { LogRequest } from './rung.js'
import { createSocketLines } from './socket-lines.js'
import { createSocketLink } from './socket-link.js'
import { toSampanError, type SampanError } from '../../errors.js'
import type { Clock, Platform, Stop } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import { SOCKET_PATH } from '../../protocol/log-wire.js'
import { createWatchdog } from '../watchdog.js'

/** How long an unused socket stays open, in milliseconds: a conversation goes on within that, and sockets are few. */
const LINGER_MS = 30_000

/** The one socket of a connection. It is opened by the first stream and closed some time after the last. */
export interface SocketHub {
  /** @param after the number of the last frame that came of an answer that was started before. Absent: it is started. */
  open(request: LogRequest, after?: number): Observable<Frame>
}

/** Makes the socket of a connection. */
export type SocketRung = (platform: Platform, base: string, clock: Clock) => SocketHub

/**
 * Brings streams over one socket, told apart by the ids of their logs, where the host can open sockets and cannot stream a
 * response: smoother, and with fewer requests, than the poll that is taken without it. A value that is handed to `connect`,
 * so that an app on a host that streams does not carry it.
 *
 * A socket that breaks ends every stream on it with an error: what was sent is in the server's log, and is asked for there.
 *
 * @example
 * const gateway = connect({ platform: alipayPlatform(), url: 'https://ai.example.com', socket: socketRung })
 */
export const socketRung: SocketRung = (platform, base, clock) => {
  const lines = createSocketLines()
  const link = createSocketLink(platform, base.replace(/^http/, 'ws') + SOCKET_PATH, lines.receive, lines.fail)
  let stopLinger: Stop | undefined
  const stay = (): void => {
    if (stopLinger) stopLinger()
    stopLinger = undefined
  }
  // A socket may be dead without a word from the host. What came over it goes on over another.
  const silent = (error: SampanError): void => {
    link.close()
    lines.fail(error)
  }
  return {
    open: ({ logId: id = '', url, headers, body, timeouts }, after) =>
      new Observable(subscriber => {
        stay()
        const watchdog = createWatchdog(platform, timeouts, clock, () => true, silent)
        subscriber.add(watchdog.stop)
        lines.add(id, subscriber, watchdog)
        subscriber.add(() => {
          lines.delete(id)
          if (lines.size) return
          stay()
          stopLinger = clock.setTimer(LINGER_MS, link.close)
        })
        try {
          link.say(after === undefined ? { type: 'send', id, path: url.slice(base.length), headers, body } : { type: 'resume', id, after, headers })
        } catch (thrown) {
          silent(toSampanError(thrown, 'transport/failed'))
        }
      }),
  }
}
