import { Observable, type Subscriber } from 'rxjs'
import type { LogRequest } from './rung.js'
import { toSampanError, SampanError } from '../../errors.js'
import type { Clock, Platform, Socket, Stop } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import { frameOfLog, parseSocketReply, SOCKET_PATH, type SocketCommand, type SocketReply } from '../../protocol/log-wire.js'
import { hostError, httpError, locate } from '../failures.js'
import { createWatchdog, type Watchdog } from '../watchdog.js'

/** How long an unused socket stays open, in milliseconds: a conversation goes on within that, and sockets are few. */
const LINGER_MS = 30_000

/** One stream on the socket. */
interface Line {
  readonly subscriber: Subscriber<Frame>
  readonly watchdog: Watchdog
  after: number
}

/** The one socket of a connection. It is opened by the first stream and closed some time after the last. */
export interface SocketHub { open(request: LogRequest): Observable<Frame> }

/**
 * Brings streams over one socket, told apart by the ids of their logs. A socket that breaks ends every stream on it with
 * an error: what was sent is in the server's log, and can be asked for there.
 */
export function createSocketHub(platform: Platform, base: string, clock: Clock): SocketHub {
  const lines = new Map<string, Line>()
  let socket: Socket | undefined
  let isOpen = false
  let queue: string[] = []
  let stopLinger: Stop | undefined

  const say = (command: SocketCommand): void => {
    const text = JSON.stringify(command)
    if (isOpen) socket!.send(text)
    else queue.push(text)
  }
  const drop = (error: SampanError): void => {
    socket = undefined
    isOpen = false
    queue = []
    const broken = Array.from(lines.values())
    lines.clear()
    broken.forEach(({ subscriber, watchdog }) => subscriber.error(locate(error, watchdog.phase, { headers: {} }, watchdog.wasHidden)))
  }
  const receive = (reply: SocketReply): void => {
    const line = lines.get(reply.id)
    if (!line) return
    const { subscriber, watchdog } = line
    const end = (tell: () => void): void => {
      lines.delete(reply.id)
      tell()
    }
    switch (reply.type) {
      case 'start':
        return watchdog.reach('first-byte')
      case 'frame':
        watchdog.reach('stream')
        if (reply.seq <= line.after) return
        line.after = reply.seq
        return subscriber.next(frameOfLog(reply))
      case 'end':
        return end(() => subscriber.complete())
      case 'error':
        return end(() => subscriber.error(locate(httpError(reply, reply.body), 'first-byte', reply, false)))
      case 'none-active':
        return end(() => subscriber.error(new SampanError('transport/truncated', 'The server has no log of this stream any more')))
    }
  }
  const connect = (): void => {
    const url = base.replace(/^http/, 'ws') + SOCKET_PATH
    const gone = (make: () => SampanError): void => {
      // A socket that was replaced, or closed by us, has nothing more to say.
      if (socket === own) drop(make())
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
          if (reply) receive(reply)
        },
        onClose: (code, reason) => gone(() => new SampanError('transport/failed', 'The socket was closed (' + code + ' ' + reason + ')', { retryable: true })),
        onFail: failure => gone(() => hostError(failure, 'connect', url)),
      },
    ))
  }
  const linger = (): void => {
    stopLinger = clock.setTimer(LINGER_MS, () => {
      const idle = socket
      socket = undefined
      isOpen = false
      idle?.close()
    })
  }

  return {
    open: ({ logId: id, url, headers, body, timeouts }) =>
      new Observable(subscriber => {
        if (stopLinger) stopLinger()
        const fail = (error: SampanError): void => subscriber.error(locate(error, watchdog.phase, { headers: {} }, watchdog.wasHidden))
        const watchdog = createWatchdog(platform, timeouts, clock, () => true, fail)
        subscriber.add(watchdog.stop)
        lines.set(id, { subscriber, watchdog, after: 0 })
        subscriber.add(() => {
          if (lines.delete(id)) say({ type: 'abort', id })
          if (!lines.size && socket) linger()
        })
        try {
          if (!socket) connect()
          say({ type: 'send', id, path: url.slice(base.length), headers, body })
        } catch (thrown) {
          fail(toSampanError(thrown, 'transport/failed'))
        }
      }),
  }
}
