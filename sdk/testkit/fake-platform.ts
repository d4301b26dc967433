import type { Capabilities, HostSignal, Platform, RequestHandlers, RequestOptions, Storage } from '../platform/platform.js'
import { cutBytes } from './byte-faults.js'

/**
 * A request a {@link fakePlatform} was asked for: the test answers through `handlers`, in whatever order it likes. What
 * it hands over after an abort reaches the library, as late bytes of a real host do not: the adapter drops those.
 */
export interface FakeRequest {
  readonly options: RequestOptions
  readonly handlers: RequestHandlers
  /** Whether the library aborted it. */
  isAborted: boolean
}

/** A host whose every move is the test's. */
export interface FakePlatform extends Platform {
  /** Every request so far. */
  readonly requests: FakeRequest[]
  /** What is stored, to look at and to change. */
  readonly stored: Map<string, string>
  /** Tells every listener. */
  signal(signal: HostSignal): void
}

/** What a {@link fakePlatform} is like. */
export interface FakePlatformOptions {
  /** Default: streams bytes, eight at a time, aborts, and tells headers early. */
  capabilities?: Partial<Capabilities>
  /** Default `false`. */
  isRelease?: boolean
  /** Called for each request, inside `platform.request`. */
  onRequest?: (request: FakeRequest) => void
  /** Default: a map that answers at once, to be seen in `stored`. */
  storage?: Storage
  /** What an earlier app left behind. */
  stored?: Map<string, string>
  /** What the port leaves open: `signInCode`, `invoke`, `randomBytes` … Default: none of it. */
  members?: Partial<Platform>
}

/**
 * A host in memory, driven by hand: for tests of what stands above the port.
 *
 * @example
 * const platform = fakePlatform({ onRequest: ({ handlers }) => handlers.onEnd({ status: 200, headers: {}, body: '{}' }) })
 */
export function fakePlatform(options: FakePlatformOptions = {}): FakePlatform {
  const requests: FakeRequest[] = []
  const stored = options.stored ?? new Map<string, string>()
  const listeners = new Set<(signal: HostSignal) => void>()
  const capabilities = { stream: 'bytes' as const, maxStreams: 8, abort: true, earlyHeaders: true, ...options.capabilities }
  return {
    host: { name: 'fake', version: '1', isSimulator: true, isRelease: options.isRelease ?? false },
    capabilities,
    requests,
    stored,
    storage: options.storage ?? memoryStorage(stored),
    signal: signal => listeners.forEach(listener => listener(signal)),
    onSignal(listener) {
      // A function of its own: one listener may listen twice, and stops one at a time.
      const heard = (signal: HostSignal): void => listener(signal)
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    request(requestOptions, handlers) {
      const request: FakeRequest = { options: requestOptions, handlers, isAborted: false }
      requests.push(request)
      options.onRequest?.(request)
      return () => {
        request.isAborted = true
      }
    },
    ...options.members,
  }
}

/** Storage over a map; answers at once. */
export function memoryStorage(stored: Map<string, string>): Storage {
  return {
    get: (key, done) => done(null, stored.get(key)),
    set(key, value, done) {
      stored.set(key, value)
      done(null)
    },
    delete(key, done) {
      stored.delete(key)
      done(null)
    },
    keys: done => done(null, Array.from(stored.keys())),
  }
}

/** UTF-8 bytes of a text, cut into pieces of the given sizes (the last size repeats). Default: one piece. */
export function bytesOf(text: string, sizes: readonly number[] = [Infinity]): Uint8Array[] {
  // Copies, so that the buffer behind a piece is no longer than the piece.
  return cutBytes(new TextEncoder().encode(text), sizes).map(piece => piece.slice())
}
