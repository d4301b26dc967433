import { SampanError } from '../../errors.js'
import type { Platform, Socket } from '../../platform/platform.js'
import { parseSocketReply, type SocketCommand, type SocketReply } from '../../protocol/log-wire.js'
import { hostError } from '../failures.js'

/** A socket that is opened when there is something to say, and again after it broke. */
export interface SocketLink {
  say(command: SocketCommand): void
  close(): void
}

export function createSocketLink(
  platform: Platform,
  url: string,
  onReply: (reply: SocketReply) => void,
  onBroken: (error: SampanError) => void,
): SocketLink {
  let socket: Socket | undefined
  let isOpen = false
  let queue: string[] = []
  /** Rises with each socket that is opened or given up: what an earlier one still says is not heard. */
  let generation = 0

  const forget = (): void => {
    generation += 1
    socket = undefined
    isOpen = false
    queue = []
  }
  const flush = (): void => {
    if (isOpen && socket) queue.splice(0).forEach(text => socket!.send(text))
  }
  const open = (): void => {
    const mine = ++generation
    const broken = (error: SampanError): void => {
      if (mine !== generation) return
      forget()
      onBroken(error)
    }
    const made = platform.openSocket!(
      { url, headers: {} },
      {
        onOpen() {
          if (mine !== generation) return
          isOpen = true
          flush()
        },
        onMessage(data) {
          const reply = typeof data === 'string' ? parseSocketReply(data) : undefined
          if (reply && mine === generation) onReply(reply)
        },
        onClose: (code, reason) => broken(new SampanError('transport/failed', 'The socket was closed (' + code + ' ' + reason + ')', { retryable: true })),
        onFail: failure => broken(hostError(failure, 'connect', url)),
      },
    )
    // It may have broken, or opened, before it was handed over.
    if (mine !== generation) return
    socket = made
    flush()
  }
  return {
    say(command) {
      const isNew = !socket
      queue.push(JSON.stringify(command))
      if (isNew) open()
      else flush()
    },
    close() {
      const idle = socket
      forget()
      idle?.close()
    },
  }
}
