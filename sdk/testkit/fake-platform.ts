import type { Capabilities, HostSignal, Platform, RequestHandlers, RequestOptions, Storage } from '../platform/platform.js'

/** A request a {@link fakePlatform} was asked for: the test answers through `handlers`. */
export interface FakeRequest {
  readonly options: RequestOptions
  readonly handlers: RequestHandlers
  /** Whether the library aborted it. */
  isAborted: boolean
}

export interface FakePlatform extends Platform {
  /** Every request so far. */
  readonly requests: FakeRequest[]
  /** What is stored, to look at and to change. */
  readonly stored: Map<string, string>
  signal(signal: HostSignal): void
}

export interface FakePlatformOptions {
  capabilities?: Partial<Capabilities>
  isRelease?: boolean
  /** Called for each request, inside `platform.request`. */
  onRequest?: (request: FakeRequest) => void
  storage?: Storage
  /** What an earlier app left behind. */
  stored?: Map<string, string>
}

/** A host in memory, driven by hand: for tests of what stands above the port. */
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
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    request(requestOptions, handlers) {
      const request: FakeRequest = { options: requestOptions, handlers, isAborted: false }
      requests.push(request)
      options.onRequest?.(request)
      return () => {
        request.isAborted = true
      }
    },
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

/** UTF-8 bytes of a text, cut into pieces of the given sizes (the last size repeats). */
export function bytesOf(text: string, sizes: readonly number[] = [Infinity]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text)
  const chunks: Uint8Array[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  return chunks
}
