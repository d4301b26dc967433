import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { SOCKET_PATH } from '../../protocol/index.js'
import { attendSocket } from './log-lines.js'
import type { RouteParts } from './routes.js'

/** The WebSockets of a gateway. */
export interface LogSockets {
  /** Takes over an upgraded connection. One to any other path than that of streams is refused. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Says goodbye to all of them. Those that do not answer are cut. */
  close(): Promise<void>
}

/** How long a closing socket may take to answer, and how long one may carry nothing, in milliseconds. */
const goodbyeMs = 500
const idleMs = 120_000

/** Serves streams over WebSockets. */
export function createLogSockets(parts: RouteParts): LogSockets {
  // A message holds a body as a string in JSON, and headers: at worst every character of it is escaped.
  const server = new WebSocketServer({ noServer: true, maxPayload: parts.limits.maxBodyBytes * 2 + 64 * 1024 })
  let isClosed = false
  const take = (socket: WebSocket): void => {
    // One that breaks is also closed.
    socket.on('error', () => {})
    const lines = attendSocket(socket, parts)
    let isAlive = true
    let usedAt = performance.now()
    socket.on('pong', () => (isAlive = true))
    const timer = setInterval(() => {
      if (lines.size > 0) usedAt = performance.now()
      if (!isAlive) return socket.terminate()
      if (performance.now() - usedAt > idleMs) return socket.close(1000, 'not used')
      isAlive = false
      socket.ping()
    }, parts.heartbeatMs)
    socket.on('close', () => clearInterval(timer))
  }
  return {
    take(request, socket, head) {
      // Node listens to nothing on it any more: an error that nobody hears would end the process.
      socket.on('error', () => {})
      // Not as a URL: `//` is a path that is none.
      const [path] = (request.url ?? '').split('?')
      if (path === SOCKET_PATH && !isClosed) return server.handleUpgrade(request, socket, head, take)
      const status = isClosed ? '503 Service Unavailable' : '404 Not Found'
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    },
    async close() {
      isClosed = true
      const left = [...server.clients].map(client => new Promise<void>(resolve => {
        const timer = setTimeout(() => client.terminate(), goodbyeMs)
        client.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
        client.close(1001, 'The gateway is shutting down.')
      }))
      await Promise.all(left)
    },
  }
}
