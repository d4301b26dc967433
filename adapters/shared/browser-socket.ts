import type { Platform } from '../../sdk/platform/platform.js'

/** As much of the engine's `WebSocket` as is used. */
export type BrowserSocketClass = new (url: string) => {
  binaryType: string
  onopen: unknown
  onmessage: unknown
  onclose: unknown
  onerror: unknown
  send(data: string | ArrayBuffer): void
  close(code?: number): void
}

/** Opens sockets by an engine's `WebSocket`. That takes no headers: what a server must know is said on the socket. */
export function browserSocket(WebSocket: BrowserSocketClass): NonNullable<Platform['openSocket']> {
  return ({ url }, handlers) => {
    const socket = new WebSocket(url)
    let isOver = false
    const end = (report: () => void): void => {
      if (isOver) return
      isOver = true
      report()
    }
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => isOver || handlers.onOpen()
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => isOver || handlers.onMessage(data)
    // A page is not told why, and the close that follows says no more.
    socket.onerror = () => end(() => handlers.onFail({ reason: 'unknown', errMsg: 'the socket failed' }))
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => end(() => handlers.onClose(code, reason))
    return {
      send: (data) => socket.send(data),
      close(code = 1000) {
        isOver = true
        socket.close(code)
      },
    }
  }
}
