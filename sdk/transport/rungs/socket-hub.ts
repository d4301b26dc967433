import { Observable } from 'rxjs'
import type { LogRequest } from './rung.js'
import { createSocketLines } from './socket-lines.js'
import { toSampanError, SampanError } from '../../errors.js'
import type { Clock, Platform, Socket, Stop } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import { parseSocketReply, SOCKET_PATH, type SocketCommand } from '../../protocol/log-wire.js'
import { hostError, locate } from '../failures.js'
import { createWatchdog } from '../watchdog.js'

/** How long an unused socket stays open, in milliseconds: a conversation goes on within that, and sockets are few. */
const LINGER_MS = 30_000

/** The one socket of a connection. It is opened by the first stream and closed some time after the last. */
export interface SocketHub {
  /** @param after the number of the last frame that came of an answer that was started before. Absent: it is started. */
  open(request: LogRequest, after?: number): Observable<Frame>
}

/**
 * Brings streams over one socket, told apart by the ids of their logs. A socket that breaks ends every stream on it with
 * an error: what was sent is in the server's log, and can be asked for there.
 */
export function createSocketHub(platform: Platform, base: string, clock: Clock): SocketHub {
  const lines = createSocketLines()
  let socket: Socket | undefined
  let isOpen = false
  let queue: string[] = []
  let stopLinger: Stop | undefined

  const forget = (): void => {
    socket = undefined
    isOpen = false
    queue = []
  }
  const say = (command: SocketCommand): void => {
    const text = JSON.stringify(command)
    if (isOpen) socket!.send(text)
    else queue.push(text)
  }
  const connect = (): void => {
    const url = base.replace(/^http/, 'ws') + SOCKET_PATH
    const broken = (error: SampanError): void => {
      // A socket that was replaced, or closed by us, has nothing more to say.
      if (socket !== own) return
      forget()
      lines.fail(error)
    }
    const own = (socket = platform.openSocket!(
      { url, headers: {} },
      {
        onOpen() {
          isOpen = true
          queue.splice(0).forEach(text => own.send(text))
        },
        onMessage(data) {
          const reply = typeof data === 'string' ? parseSocketReply(data) : undefined
          if (reply) lines.receive(reply)
        },
        onClose: (code, reason) => broken(new SampanError('transport/failed', 'The socket was closed (' + code + ' ' + reason + ')', { retryable: true })),
        onFail: failure => broken(hostError(failure, 'connect', url)),
      },
    ))
  }
  const linger = (): void => {
    stopLinger = clock.setTimer(LINGER_MS, () => {
      const idle = socket
      forget()
      idle?.close()
    })
  }

  return {
    open: ({ logId: id = '', url, headers, body, timeouts }, after) =>
      new Observable(subscriber => {
        if (stopLinger) stopLinger()
        const fail = (error: SampanError): void => subscriber.error(locate(error, watchdog.phase, { headers: {} }, watchdog.wasHidden))
        const watchdog = createWatchdog(platform, timeouts, clock, () => true, fail)
        subscriber.add(watchdog.stop)
        lines.add(id, subscriber, watchdog, after ?? 0)
        subscriber.add(() => {
          lines.delete(id)
          if (!lines.size && socket) linger()
        })
        try {
          if (!socket) connect()
          say(after === undefined ? { type: 'send', id, path: url.slice(base.length), headers, body } : { type: 'resume', id, after, headers })
        } catch (thrown) {
          fail(toSampanError(thrown, 'transport/failed'))
        }
      }),
  }
}
