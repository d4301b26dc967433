import type { Socket, SocketHandlers } from '../../sdk/platform/platform.js'
import { callIfThere, hostMethod } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikeSocket } from '../shared/wx-like-socket.js'
import { alipayQuirks } from './alipay-quirks.js'
import { fromBase64, toBase64 } from './base64.js'

/** A message: as it is, or under `data` where it comes from a SocketTask. */
interface Message { data: string | ArrayBuffer | Message; isBuffer?: boolean }
type Listener = (report: object) => void

/**
 * Opens a socket in Alipay. It asks for a SocketTask; a version that has none gives the one connection of the whole app,
 * whose events are global.
 */
export function alipaySocket(my: WxLikeHost, options: { url: string; headers: Record<string, string> }, handlers: SocketHandlers): Socket {
  const api = { request: my.request, connectSocket: (args: object) => taskOf(my, args) }
  return wxLikeSocket({ api, quirks: alipayQuirks }, options, handlers)
}

/** The connection, in the form of a SocketTask of WeChat. */
function taskOf(my: WxLikeHost, args: object): object {
  const native = hostMethod(my, 'connectSocket')!(Object.assign({ multiple: true }, args))
  const isTask = hostMethod(native, 'onMessage') !== undefined
  const target = isTask ? native : my
  const infix = isTask ? '' : 'Socket'
  const stops: (() => void)[] = []
  // Global listeners outlive the connection, and would hear the next one.
  const leave = (): void => stops.splice(0).forEach((stop) => stop())
  const on = (event: string, listener: Listener): void => {
    callIfThere(target, 'on' + infix + event, listener)
    stops.push(() => callIfThere(target, 'off' + infix + event, listener))
  }
  return {
    onOpen: (listener: Listener) => on('Open', listener),
    onMessage: (listener: Listener) => on('Message', (message) => listener({ data: read(message as Message) })),
    onError: (listener: Listener) => on('Error', listener),
    onClose: (listener: Listener) =>
      on('Close', (report) => {
        leave()
        listener(report)
      }),
    send: (what: { data: string | ArrayBuffer }) => callIfThere(target, isTask ? 'send' : 'sendSocketMessage', Object.assign({}, what, write(what.data))),
    close(what: object) {
      leave()
      return callIfThere(target, isTask ? 'close' : 'closeSocket', what)
    },
  }
}

function read(message: Message): string | ArrayBuffer {
  const { data, isBuffer } = message
  if (Object(data).isBuffer !== undefined) return read(data as Message)
  return isBuffer && typeof data === 'string' ? fromBase64(data) : (data as string)
}

function write(data: string | ArrayBuffer): object {
  return typeof data === 'string' ? { data } : { data: toBase64(data), isBuffer: true }
}
