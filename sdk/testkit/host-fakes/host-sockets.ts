import type { WebSocket } from 'ws'
import { loadWs } from '../load-ws.js'
import { hostCall, TroubleError } from './host-call.js'
import { isBytes } from './host-http.js'
import type { HostPhone } from './host-phone.js'
import type { HostTrouble } from './host-profile.js'

/** What an app hands to `connectSocket`. */
export interface HostSocketOption {
  url: string
  header?: Record<string, string>
  protocols?: string[]
  /** Alipay: a task of its own instead of the one global socket. */
  multiple?: boolean
}

/** What a socket reports, before a host has put it into its shape. */
export interface SocketReports {
  onOpen(header: Record<string, string>): void
  onMessage(data: string | Uint8Array): void
  onError(trouble: HostTrouble): void
  onClose(code: number, reason: string): void
}

/** The sockets of one phone. */
export class HostSockets {
  readonly open = new Set<HostSocket>()

  constructor(readonly phone: HostPhone) {}

  /** Sockets there may be at once. */
  get max(): number {
    const { max, severalSince } = this.phone.profile.sockets
    return this.phone.has(severalSince ?? '0') ? max : 1
  }

  connect(option: HostSocketOption, reports: SocketReports): HostSocket {
    return new HostSocket(this, option, reports)
  }

  /** The network or the host ends them all. */
  cutAll(): void {
    this.open.forEach(socket => socket.cut())
  }

  dispose(): void {
    this.open.forEach(socket => socket.drop())
  }
}

/** One real socket behind a host's API. It begins later, whatever is wrong with it. */
export class HostSocket {
  state: 0 | 1 | 2 | 3 = 0
  private socket: WebSocket | undefined

  constructor(private readonly all: HostSockets, option: HostSocketOption, private readonly reports: SocketReports) {
    const Socket = loadWs()
    const isOneTooMany = all.open.size >= all.max
    all.open.add(this)
    setTimeout(() => {
      if (this.state === 3) return
      const refusal = isOneTooMany ? 'sockets' : all.phone.refuse(option.url, 'ws')
      if (refusal) return this.fail(refusal)
      try {
        this.run(new Socket(option.url, option.protocols ?? [], { headers: option.header }))
      } catch {
        this.fail('arguments')
      }
    }, 0)
  }

  send(data: unknown): void {
    if (this.state !== 1) throw new TroubleError('failed', 'the socket is not open')
    if (typeof data !== 'string' && !isBytes(data)) throw new TroubleError('arguments')
    this.socket!.send(typeof data === 'string' ? data : Buffer.from(data))
  }

  close(code = 1000, reason = ''): void {
    if (this.state === 3) return
    const { socket } = this
    if (!socket || socket.readyState !== socket.OPEN) return this.end(code, reason)
    socket.close(code, reason)
    this.state = 2
  }

  /** Ends it from outside. assumed: the app hears a close with the code for no close frame. */
  cut(): void {
    this.end(1006, 'interrupted')
  }

  /** Ends it, and nobody hears. */
  drop(): void {
    this.state = 3
    this.all.open.delete(this)
    // A socket that never opened reports its end as an error, and nobody is left to hear it.
    this.socket?.on('error', () => undefined).terminate()
  }

  private run(socket: WebSocket): void {
    this.socket = socket
    let head: Record<string, string> = {}
    socket.on('upgrade', ({ headers }) => (head = headers as Record<string, string>))
    socket.on('open', () => {
      this.state = 1
      this.reports.onOpen(head)
    })
    socket.on('message', (data, isBinary) => this.state === 1 && this.reports.onMessage(isBinary ? (data as Buffer) : String(data)))
    socket.on('error', () => this.fail('failed'))
    socket.on('close', (code, reason) => this.end(code, String(reason)))
  }

  /** assumed: an error, and a close after it. */
  private fail(trouble: HostTrouble): void {
    if (this.state === 3) return
    this.reports.onError(trouble)
    this.end(1006, '')
  }

  private end(code: number, reason: string): void {
    if (this.state === 3) return
    this.drop()
    this.reports.onClose(code, reason)
  }
}

type Listener = (result: object) => void

/** Named listeners of a task or of the host itself. */
export function listenerSets<Name extends string>(names: readonly Name[]) {
  const sets = Object.fromEntries(names.map(name => [name, new Set<Listener>()])) as Record<Name, Set<Listener>>
  return {
    emit: (name: Name, result?: object) => [...sets[name]].forEach(listener => listener(result as object)),
    on: (name: Name) => (listener: Listener) => void sets[name].add(listener),
    count: (name: Name) => sets[name].size,
    off: (name: Name) => (listener?: Listener) => void (listener ? sets[name].delete(listener) : sets[name].clear()),
  }
}

const EVENTS = ['Open', 'Message', 'Error', 'Close'] as const

/** `connectSocket` of the hosts that answer with a task: all but Alipay. */
export function taskSocketApi(sockets: HostSockets) {
  const { phone } = sockets
  return (option: HostSocketOption): object => {
    const { on, emit } = listenerSets(EVENTS)
    const socket = sockets.connect(option, {
      onOpen: header => emit('Open', { header }),
      onMessage: data => emit('Message', { data: typeof data === 'string' ? data : phone.makeBuffer(data) }),
      onError: trouble => emit('Error', phone.profile.error('connectSocket', trouble, phone)),
      onClose: (code, reason) => emit('Close', { code: phone.profile.sockets.hasReadyState ? String(code) : code, reason }),
    })
    hostCall(phone, 'connectSocket', () => ({}))(option)
    const task = {
      send: hostCall(phone, 'sendSocketMessage', ({ data }: { data: unknown }) => socket.send(data)),
      close: hostCall(phone, 'closeSocket', ({ code, reason }: { code?: number; reason?: string }) => socket.close(code, reason)),
      ...Object.fromEntries(EVENTS.map(name => ['on' + name, on(name)])),
    }
    if (!phone.profile.sockets.hasReadyState) return task
    return Object.defineProperty({ ...task, CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }, 'readyState', { get: () => socket.state, enumerable: true })
  }
}
