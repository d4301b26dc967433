import { hostCall, TroubleError } from './host-call.js'
import { listenerSets, type HostSocket, type HostSocketOption, type HostSockets, type SocketReports } from './host-sockets.js'

type Apis = Record<string, (...args: never[]) => unknown>
const EVENTS = ['Open', 'Message', 'Error', 'Close'] as const

/**
 * Alipay's sockets: one for all, whose events are the host's, and which a second call closes; or, with `multiple`, a
 * task whose events carry everything in `data`. What comes as bytes is base64, and only `isBuffer` says so.
 */
export function alipaySocketApis(sockets: HostSockets): Apis {
  const { phone } = sockets
  const events = listenerSets(EVENTS)
  let current: HostSocket | undefined
  let lastId = 0
  const shared: SocketReports = {
    onOpen: () => events.emit('Open'),
    onMessage: data => events.emit('Message', messageOf(data)),
    onError: trouble => events.emit('Error', numbered(phone.profile.error('connectSocket', trouble, phone))),
    onClose: (_code, reason) => events.emit('Close', { reason }),
  }
  return {
    connectSocket(option: HostSocketOption) {
      if (option.multiple) return taskOf(sockets, option, String(++lastId))
      // The old one goes without waiting for the other side.
      const old = current
      old?.drop()
      if (old) events.emit('Close', { reason: 'a new socket was connected' })
      current = sockets.connect(option, shared)
      return undefined
    },
    sendSocketMessage: hostCall(phone, 'sendSocketMessage', ({ data, isBuffer }: { data: string; isBuffer?: boolean }) => {
      send(current, data, isBuffer)
      return { success: true }
    }) as never,
    closeSocket: hostCall(phone, 'closeSocket', ({ code, reason }: { code?: number; reason?: string }) => {
      current?.close(code, reason)
      return { message: 'closed' }
    }) as never,
    ...Object.fromEntries(EVENTS.flatMap(name => [['onSocket' + name, events.on(name)], ['offSocket' + name, events.off(name)]])),
  }
}

function taskOf(sockets: HostSockets, option: HostSocketOption, socketTaskID: string): object {
  const { phone } = sockets
  const events = listenerSets(EVENTS)
  const socket = sockets.connect(option, {
    onOpen: () => events.emit('Open', { data: { socketTaskID } }),
    onMessage: data => events.emit('Message', { data: { socketTaskID, ...messageOf(data) } }),
    onError: trouble => events.emit('Error', { ...numbered(phone.profile.error('connectSocket', trouble, phone)), data: { socketTaskID } }),
    onClose: () => events.emit('Close', { data: { socketTaskID } }),
  })
  return {
    send: hostCall(phone, 'sendSocketMessage', ({ data, isBuffer }: { data: string; isBuffer?: boolean }) => {
      send(socket, data, isBuffer)
      return { success: true }
    }),
    close: hostCall(phone, 'closeSocket', ({ code, reason }: { code?: number; reason?: string }) => {
      socket.close(code, reason)
      return { message: 'closed' }
    }),
    ...Object.fromEntries(EVENTS.flatMap(name => [['on' + name, events.on(name)], ['off' + name, events.off(name)]])),
  }
}

function send(socket: HostSocket | undefined, data: string, isBuffer: boolean | undefined): void {
  // Text only: bytes cross as base64.
  if (!socket || typeof data !== 'string') throw new TroubleError(socket ? 'arguments' : 'failed')
  socket.send(isBuffer ? new Uint8Array(Buffer.from(data, 'base64')) : data)
}

function messageOf(data: string | Uint8Array): { data: string; isBuffer: boolean } {
  return typeof data === 'string' ? { data, isBuffer: false } : { data: Buffer.from(data).toString('base64'), isBuffer: true }
}

/** assumed: an error of a socket always has a number, since the typings say so; 12 where no other is known. */
function numbered(error: object): object {
  return { error: 12, ...error }
}
