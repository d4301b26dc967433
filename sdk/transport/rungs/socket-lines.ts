import type { Subscriber } from 'rxjs'
import { SampanError } from '../../errors.js'
import type { Frame } from '../../protocol/frames.js'
import { frameOfLog, type SocketReply } from '../../protocol/log-wire.js'
import { httpError, locate } from '../failures.js'
import type { Watchdog } from '../watchdog.js'

/** The streams that share a socket, by the id of their log. */
export interface SocketLines {
  readonly size: number
  add(id: string, subscriber: Subscriber<Frame>, watchdog: Watchdog): void
  delete(id: string): void
  /** Hands a reply to its stream. What is for none is for one that was left. */
  receive(reply: SocketReply): void
  /** The socket broke: all of them end with this. */
  fail(error: SampanError): void
}

export function createSocketLines(): SocketLines {
  const lines = new Map<string, { subscriber: Subscriber<Frame>; watchdog: Watchdog }>()
  return {
    get size() {
      return lines.size
    },
    add: (id, subscriber, watchdog) => void lines.set(id, { subscriber, watchdog }),
    delete: id => void lines.delete(id),
    receive(reply) {
      const line = lines.get(reply.id)
      if (!line) return
      const { subscriber, watchdog } = line
      if (reply.type === 'start') return watchdog.reach('first-byte')
      if (reply.type === 'frame') {
        watchdog.reach('stream')
        return subscriber.next(frameOfLog(reply))
      }
      lines.delete(reply.id)
      if (reply.type === 'end') subscriber.complete()
      else subscriber.error(errorOf(reply))
    },
    fail(error) {
      const broken = Array.from(lines.values())
      lines.clear()
      // How far each had come is its own affair: it decides whether that one is gone on with.
      broken.forEach(({ subscriber, watchdog: { phase, wasHidden } }) =>
        subscriber.error(locate(new SampanError(error.code, error.message, { ...error.details, phase }), phase, { headers: {} }, wasHidden)),
      )
    },
  }
}

function errorOf(reply: SocketReply): SampanError {
  if (reply.type === 'error') return locate(httpError(reply, reply.body), 'first-byte', reply, false)
  // As a response would say it: there is nothing to try again for.
  return new SampanError('transport/http', 'The server has no log of this stream', { phase: 'first-byte', status: 404 })
}
