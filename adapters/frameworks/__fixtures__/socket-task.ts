import { WebSocket } from 'ws'

/** A socket as frameworks without a host give it: a task over a real `WebSocket`. */
export function socketTask(url: string) {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  return {
    onOpen: (heard: () => void) => void (socket.onopen = heard),
    onMessage: (heard: (message: { data: unknown }) => void) => void (socket.onmessage = ({ data }) => heard({ data })),
    onClose: (heard: (close: { code: number; reason: string }) => void) => void (socket.onclose = ({ code, reason }) => heard({ code, reason })),
    onError: (heard: (error: { errMsg: string }) => void) => void (socket.onerror = ({ message }) => heard({ errMsg: message })),
    send: ({ data }: { data: string }) => socket.send(data),
    close: ({ code }: { code?: number }) => socket.close(code),
  }
}
