import { WebSocket } from 'ws'
import type { Platform } from '../platform/platform.js'

/** Opens a real socket from Node, in the shape of the port: what a host in a test has where a phone has its own. */
export const openWsSocket: NonNullable<Platform['openSocket']> = ({ url, headers }, handlers) => {
  const socket = new WebSocket(url, { headers })
  socket.on('open', () => handlers.onOpen())
  socket.on('message', (data, isBinary) => handlers.onMessage(isBinary ? (data as Buffer).buffer as ArrayBuffer : String(data)))
  let hasFailed = false
  socket.on('error', ({ message }) => {
    hasFailed = true
    handlers.onFail({ reason: 'unknown', errMsg: message })
  })
  socket.on('close', (code, reason) => hasFailed || handlers.onClose(code, String(reason)))
  return { send: data => socket.send(data), close: code => socket.close(code) }
}
