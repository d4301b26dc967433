import { nodePlatform } from '../../adapters/node/index.js'
import type { Capabilities, HostFailure, HostSignal, Platform, RequestHandlers, RequestOptions, Socket, SocketHandlers, Stop } from '../../sdk/platform/platform.js'
import { openWsSocket } from '../../sdk/testkit/ws-socket.js'
import { createRandom, type Random } from './random.js'
import { totals } from './totals.js'
import { weakStorage } from './weak-storage.js'

/** By which way answers come. */
export type Way = 'bytes' | 'text' | 'poll' | 'socket'

/** What may happen to a phone, each as a probability. */
export interface Faults {
  /** A request never reaches the network. */
  noConnection: number
  /** A connection breaks somewhere in an answer. */
  drop: number
  /** A connection says nothing more, and the host does not notice. */
  stall: number
  /** A piece of an answer comes twice, as from a proxy that sends again. */
  twice: number
}

export interface Phone extends Platform {
  signal(signal: HostSignal): void
  /** The app is killed: nothing reaches it, nothing leaves it. */
  kill(): void
  /** What the app has opened and not let go: requests and sockets by their addresses. */
  readonly open: readonly string[]
}

const REAL = nodePlatform()
const NO_NETWORK: HostFailure = { reason: 'offline', errMsg: 'request:fail no network' }

/**
 * A phone over real connections to one of the servers at a time, as a load balancer chooses.
 *
 * @param kept what is stored, for this app and those after it.
 */
export function createPhone(seed: number, way: Way, faults: Faults, kept: Map<string, string>, servers: () => readonly string[]): Phone {
  const random = createRandom(seed)
  const storage = weakStorage(kept, random)
  const listeners = new Set<(signal: HostSignal) => void>()
  const open = new Map<Stop, string>()
  let isDead = false
  const holding = (url: string, start: (release: () => void) => Stop): Stop => {
    let stop: Stop = () => {}
    const entry: Stop = () => {
      open.delete(entry)
      stop()
    }
    open.set(entry, url)
    stop = start(() => open.delete(entry))
    return entry
  }
  const route = (url: string): string => url.replace(/^\w+:\/\/[^/]+/, random.pick(servers()))
  const capabilities: Capabilities = { stream: way === 'bytes' ? 'bytes' : way === 'text' ? 'text' : 'none', maxStreams: Infinity, abort: true, earlyHeaders: true }
  return {
    host: { name: 'chaos', version: '1', isSimulator: false, isRelease: false },
    capabilities,
    storage,
    randomBytes: REAL.randomBytes,
    request: (options, handlers) =>
      holding(options.url, release => faultyRequest({ ...options, url: route(options.url) }, ending(handlers, release, () => isDead), random, faults, way)),
    openSocket: (options, handlers) => faultySocket({ ...options, url: route(options.url).replace(/^http/, 'ws') }, handlers, random, faults, holding, () => isDead),
    onSignal(listener) {
      const own = (signal: HostSignal): void => listener(signal)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    signal(signal) {
      if (!isDead) listeners.forEach(listener => listener(signal))
    },
    kill() {
      isDead = true
      storage.die()
      listeners.clear()
      for (const stop of [...open.keys()]) stop()
    },
    get open() {
      return [...open.values()]
    },
  }
}

function ending(handlers: RequestHandlers, release: () => void, isDead: () => boolean): RequestHandlers {
  const alive = <Args extends unknown[]>(call: ((...args: Args) => void) | undefined) => (...args: Args): void => {
    if (!isDead()) call?.(...args)
  }
  const last = <Args extends unknown[]>(call: (...args: Args) => void) => alive((...args: Args) => {
    release()
    call(...args)
  })
  return { onHead: alive(handlers.onHead), onChunk: alive(handlers.onChunk), onEnd: last(handlers.onEnd), onFail: last(handlers.onFail) }
}

function faultyRequest(options: RequestOptions, handlers: RequestHandlers, random: Random, faults: Faults, way: Way): Stop {
  if (random.chance(faults.noConnection)) return after(random.between(1, 10), () => handlers.onFail(NO_NETWORK))
  let left = random.chance(faults.drop) ? random.between(0, 12) : Infinity
  let silentAfter = random.chance(faults.stall) ? random.between(0, 12) : Infinity
  let isOver = false
  const decoder = new TextDecoder()
  const stop = REAL.request(options, {
    onHead: head => isOver || silentAfter < 0 || handlers.onHead?.(head),
    onChunk(chunk) {
      if (isOver || silentAfter-- <= 0) return
      if (left-- <= 0) {
        isOver = true
        totals.cuts++
        stop()
        return handlers.onFail({ reason: 'unknown', errMsg: 'request:fail ERR_CONNECTION_RESET' })
      }
      const piece = way === 'text' && typeof chunk !== 'string' ? decoder.decode(chunk as Uint8Array, { stream: true }) : chunk
      handlers.onChunk?.(piece)
      // Only whole events can be repeated: half of one twice would be another text, which no reader can know.
      if (random.chance(faults.twice) && endsEvent(chunk)) handlers.onChunk?.(piece)
    },
    onEnd(end) {
      if (isOver || silentAfter <= 0) return
      if (way === 'poll' && left !== Infinity) return handlers.onFail({ reason: 'timeout', errMsg: 'request:fail timeout' })
      handlers.onEnd(end)
    },
    onFail(failure) {
      if (!isOver && silentAfter > 0) handlers.onFail(failure)
    },
  })
  return () => {
    isOver = true
    stop()
  }
}

const EVENT_START = /^(id|data|event|:)/
const endsEvent = (chunk: unknown): boolean => {
  const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk as Uint8Array)
  return EVENT_START.test(text) && text.endsWith('\n\n')
}

function faultySocket(
  options: { url: string; headers: Record<string, string> },
  handlers: SocketHandlers,
  random: Random,
  faults: Faults,
  holding: (url: string, start: (release: () => void) => Stop) => Stop,
  isDead: () => boolean,
): Socket {
  let left = random.chance(faults.drop) ? random.between(0, 30) : Infinity
  let isOver = false
  let socket!: Socket
  const stop = holding(options.url, release => {
    const over = (): boolean => {
      const was = isOver
      isOver = true
      release()
      return was || isDead()
    }
    if (random.chance(faults.noConnection)) {
      const cancel = after(random.between(1, 10), () => void (over() || handlers.onFail(NO_NETWORK)))
      socket = { send() {}, close: cancel }
      return cancel
    }
    socket = openWsSocket(options, {
      onOpen: () => void (isOver || isDead() || handlers.onOpen()),
      onMessage(data) {
        if (isOver || isDead()) return
        if (left-- > 0) {
          handlers.onMessage(data)
          if (random.chance(faults.twice)) handlers.onMessage(data)
          return
        }
        over()
        totals.cuts++
        socket.close()
        handlers.onClose(1006, 'connection lost')
      },
      onClose: (code, reason) => void (over() || handlers.onClose(code, reason)),
      onFail: failure => void (over() || handlers.onFail(failure)),
    })
    return () => socket.close()
  })
  return {
    send: data => void (isOver || socket.send(data)),
    close() {
      isOver = true
      stop()
    },
  }
}

function after(ms: number, call: () => void): Stop {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
}
