/** Stops what the call that returned it started. Calling it twice does nothing. */
export type Stop = () => void

/** Time, as the library sees it, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once after `ms` milliseconds, unless stopped. */
  setTimer(ms: number, callback: () => void): Stop
}

/** The host's own time and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, callback) {
    const id = setTimeout(callback, ms)
    return () => clearTimeout(id as never)
  },
}

/** Which program runs us. */
export interface HostInfo {
  /** `wechat`, `alipay`, `web`, `node` … */
  readonly name: string
  /** Version of the host's base library, or of the runtime. `''` where unknown. */
  readonly version: string
  /** A developer tool that imitates the host. */
  readonly isSimulator: boolean
  /** A build real users have. A raw provider key is refused here. */
  readonly isRelease: boolean
}

/** How a response body can arrive while it is still being sent. */
export type StreamKind = 'bytes' | 'text' | 'events' | 'none'

/**
 * What this host can do. Found by feature detection and version, never by a build-time name. Read it before each
 * request and keep no copy: some gaps show only on the first request (a task without a chunk listener), and from then
 * on the host is taken for what it is.
 */
export interface Capabilities {
  readonly stream: StreamKind
  /** Live streams the host can serve without mixing them up. */
  readonly maxStreams: number
  /** Whether aborting a request really closes it (some simulators ignore it). */
  readonly abort: boolean
  /** Whether status and headers are known before the body ends. */
  readonly earlyHeaders: boolean
  /** Of an answer with an error status the host shows neither status nor body: a gateway is asked to answer with an event. */
  readonly hidesErrors?: boolean
  /** How long requests go on while the app is hidden, in ms, before the host cuts them. Absent: it is not known to. */
  readonly hiddenMs?: number
  /** The longest a request may last, in ms, as the host documents it. Absent: no ceiling known. */
  readonly maxRequestMs?: number
  /** Bytes one storage key may hold, and all keys together. Absent: unknown. */
  readonly storageKeyBytes?: number
  readonly storageTotalBytes?: number
  /** What is stored is gone when the app ends: private browsing, or memory chosen on purpose. */
  readonly volatileStorage?: boolean
}

export interface RequestOptions {
  url: string
  /** GET and POST are all that every host knows. */
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  /** Ask the host to hand over the body in pieces. Ignored where `capabilities.stream` is `none`. */
  stream: boolean
  /** Hand over a whole body as bytes (audio, images), not as decoded text. Pieces come as the host has them. */
  binary?: boolean
  /** The host's own total timeout in ms. The adapter caps it to what the host takes. */
  timeoutMs?: number
}

/** A file that is sent as one field of a form, by POST. The host writes the form: `headers` have no `content-type`. */
export interface UploadOptions {
  url: string
  headers: Record<string, string>
  /** Where the host keeps the file, as it told: by a recorder, by whoever let the person choose. On the web, a `blob:` address. */
  filePath: string
  /** The field of the form that holds the file. */
  name: string
  /** The other fields of the form. */
  fields?: Record<string, string>
  /** The host's own total timeout in ms. Not every host heeds one. */
  timeoutMs?: number
}

/** An event the host parsed itself (hosts whose stream is `events`). */
export interface HostEvent { data: string; event?: string; lastEventId?: string }

/** A piece of a body in whatever form the host gives it. */
export type HostChunk = ArrayBuffer | Uint8Array | string | HostEvent

export interface ResponseHead {
  /** Absent where the host does not tell (WeChat's simulator) or tells nonsense (`NaN` on Mac). */
  status?: number
  /** Names in lower case. `{}` where the host does not tell. */
  headers: Record<string, string>
}

export interface ResponseEnd extends ResponseHead {
  /** What the host held back until the end: the whole body, or nothing if it came in pieces. */
  body?: ArrayBuffer | Uint8Array | string
}

/**
 * Why a host call failed, in words all hosts share. `suspended` means the host cut the call because the app was hidden;
 * it is read from the host's text, so a caller that has seen no `hide` tries again instead of waiting for a `show`.
 */
export type HostFailureReason =
  | 'offline'
  | 'timeout'
  | 'suspended'
  | 'tls'
  | 'domain-not-allowed'
  /** The server answered with an error status, and the host keeps status and body to itself. */
  | 'http'
  | 'quota'
  | 'denied'
  | 'cancelled'
  | 'unsupported'
  | 'unknown'

export interface HostFailure {
  reason: HostFailureReason
  /** The host's own words and number. */
  errMsg: string
  errno?: number
}

/**
 * What a request reports. The order is: `onHead` at most once, `onChunk` any number of times, then exactly one of
 * `onEnd` and `onFail`. Nothing is called after that, nor after the request was stopped. A host may answer before
 * `request` has returned. An HTTP error status is an end, not a failure.
 */
export interface RequestHandlers {
  onHead?(head: ResponseHead): void
  onChunk?(chunk: HostChunk): void
  onEnd(end: ResponseEnd): void
  onFail(failure: HostFailure): void
}

/** Answer of a host call: a failure, or a value. May come at once or later, but only once. */
export type HostCallback<T> = (failure: HostFailure | null, value?: T) => void

/** The host's key-value storage. Values are strings; a missing key answers `undefined`. */
export interface Storage {
  get(key: string, done: HostCallback<string | undefined>): void
  set(key: string, value: string, done: HostCallback<void>): void
  delete(key: string, done: HostCallback<void>): void
  keys(done: HostCallback<string[]>): void
}

export type HostSignal = 'show' | 'hide' | 'online' | 'offline' | 'memory-warning'

export interface SocketHandlers {
  onOpen(): void
  onMessage(data: ArrayBuffer | string): void
  onClose(code: number, reason: string): void
  onFail(failure: HostFailure): void
}
export interface Socket { send(data: string | ArrayBuffer): void; close(code?: number): void }

/** A one-use proof from the host that a user is signed in to it. */
export interface SignInCode { code: string; /** Set where the host gave one for a user who is not signed in. */ isAnonymous?: boolean }

/** Decodes UTF-8 bytes that come in pieces. A call without bytes ends the text. A leading BOM stays in the text. */
export interface TextStreamDecoder { decode(bytes?: Uint8Array): string }

/**
 * What a host must answer. Callbacks only: no RxJS, no web types, so that an adapter is small and has no dependencies.
 * An optional member that is missing means the host cannot do it.
 */
export interface Platform {
  readonly host: HostInfo
  readonly capabilities: Capabilities
  readonly storage: Storage
  /** Starts a request at once. The returned function aborts it; afterwards no handler is called. */
  request(options: RequestOptions, handlers: RequestHandlers): Stop
  /** Listens to what the host tells the app. */
  onSignal(listener: (signal: HostSignal) => void): Stop
  openEventSource?(options: RequestOptions, handlers: RequestHandlers): Stop
  openSocket?(options: { url: string; headers: Record<string, string> }, handlers: SocketHandlers): Socket
  /** Sends a file. The answer comes whole, as text. The returned function stops it; afterwards no handler is called. */
  uploadFile?(options: UploadOptions, handlers: RequestHandlers): Stop
  /** Reads a file of the phone, whole, as bytes. */
  readFile?(path: string, done: HostCallback<ArrayBuffer>): void
  /**
   * Asks the host who is signed in to it. Calls may overlap: where a new code ends the session of the one before it, the
   * adapter asks its host for one after the other.
   */
  signInCode?(done: HostCallback<SignInCode>): void
  randomBytes?(count: number, done: HostCallback<Uint8Array>): void
  /** Calls a host API by name. Device tools go through it, so that no private API name stands in an adapter. */
  invoke?(apiName: string, args: Record<string, unknown>, done: HostCallback<unknown>): void
  /** Makes an object of the host by the name of its factory (a recorder, a player). `undefined` where there is none. */
  create?(apiName: string, args?: object): unknown
  /** The host's native UTF-8 decoder, one per stream, where the engine really has one. */
  createTextDecoder?(): TextStreamDecoder
}
