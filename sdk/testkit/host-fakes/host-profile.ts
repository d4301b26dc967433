import type { HostFakeName } from './host-fake-options.js'
import type { HostPhone } from './host-phone.js'

/** What can go wrong, before a host has put it into its own words. */
export type HostTrouble =
  | 'abort' | 'timeout' | 'offline' | 'dns' | 'refused' | 'reset' | 'broken' | 'failed' | 'tls'
  /** Cut in the background, and not begun there. */
  | 'interrupted' | 'suspended'
  | 'navigation' | 'domain' | 'url' | 'method' | 'arguments' | 'http' | 'decode'
  | 'no-file' | 'key-quota' | 'total-quota' | 'missing' | 'sockets' | 'denied'

/** A response as it came over the wire. */
export interface HostResponse { status: number; header: Record<string, string>; data: unknown }

/** How a host makes requests. */
export interface RequestRules {
  readonly timeoutMs: number
  /** A longer timeout is cut to this. */
  readonly maxTimeoutMs?: number
  /** Base library that first heeds `timeout`. */
  readonly timeoutSince?: string
  readonly methods: readonly string[]
  /** A method that came later. */
  readonly methodSince?: Readonly<Record<string, string>>
  /** Requests at once, in all and to one host. More wait, and nobody is told. */
  limits?(phone: HostPhone): { total?: number; perHost?: number }
  /** Base library that first returns a task. */
  readonly taskSince?: string
  /** Base library whose tasks first have `onHeadersReceived`. Absent: none. */
  readonly headsSince?: string
  /** What `enableChunked` does, and which base library has the option and the listener first. */
  readonly chunks?: { kind: 'bytes' | 'text'; optionSince: string; listenerSince: string }
  /** Where the app puts its headers. */
  readonly headerNames: readonly ('header' | 'headers')[]
  /** Headers an app cannot set, in lower case. */
  readonly reservedHeaders: readonly string[]
  reserves?(name: string, phone: HostPhone): boolean
  readonly referer?: string
  readonly asciiHeaders?: boolean
  readonly refusesBuffers?: boolean
  /** Release builds call https only. */
  readonly releaseNeedsHttps?: boolean
  /** How an allow-list is read. */
  readonly domains: 'host-and-port' | 'hostname' | 'registrable'
  /** Fields of a result. */
  result(response: HostResponse): object
  /** Fields of what `onHeadersReceived` hears. */
  head(response: HostResponse, phone: HostPhone): object
  /** Where an answer with this status goes: `bare` is a failure that tells neither status nor body. */
  endOf(status: number, phone: HostPhone): 'success' | 'fail' | 'bare'
  /** What a failure of the way `fail` tells beside its number. */
  httpFailure?(response: HostResponse): object
  /** JSON that does not parse is a failure instead of text. */
  failsOnBadJson?(phone: HostPhone, dataType: string | undefined): boolean
}

/** What a host does with files. */
export interface FileRules {
  /** What an upload must say beside address, file and name. */
  readonly requires?: readonly string[]
  /** Whether an answer to an upload tells its headers. */
  readonly tellsHeaders?: boolean
  /** There is no `getFileSystemManager`, as far as anybody knows. */
  readonly lacksManager?: boolean
}

/** How a host keeps sockets. */
export interface SocketRules {
  readonly max: number
  /** Base library that first has more than one. */
  readonly severalSince?: string
  /** One global socket unless `multiple` is asked for. */
  readonly isGlobal?: boolean
  /** Tasks tell their state, and the close code comes as text. */
  readonly hasReadyState?: boolean
}

/** How a host stores. */
export interface StorageRules {
  /** Absent: unknown, and the fake takes anything. */
  readonly keyBytes?: number
  readonly totalBytes?: number
  /** Synchronous calls take an object, answer in one, and never throw. */
  readonly takesObjects?: boolean
  /** What a key that is not stored answers. */
  readonly missing: unknown
  /** The asynchronous calls heed `encrypt`, which takes more room. */
  readonly encrypts?: boolean
  /** There are calls for several keys at once. */
  readonly batches?: boolean
  /** `getStorage` fails for a key that is not stored. */
  readonly failsOnMissing?: boolean
}

/** What a host does to an app in the background. */
export interface BackgroundRules {
  readonly graceMs: number
  /** Requests are cut after the grace, and none begins until the app is shown. */
  readonly cutsRequests?: boolean
  readonly cutsSockets?: boolean
  /** The app is gone after so long: nothing is ever called again. */
  readonly destroysAfterMs?: number
  /** A page change ends the requests under way. */
  readonly navigationAborts?: boolean
}

/** How a host says who is signed in. */
export interface SignInRules {
  readonly api: string
  /** How long a code is good, ms. */
  readonly codeLifeMs: number
  /** The answer, of codes it makes. */
  answer(args: Record<string, unknown>, makeCode: () => string, phone: HostPhone): object
}

/** What a host's `createEventSource` needs. */
export interface EventSourceRules {
  readonly since: string
  readonly appSince: string
  /** Base library that first heeds the second argument, a timeout. */
  readonly timeoutSince: string
  readonly timeoutMs: number
}

/** All that tells one host from another. */
export interface HostProfile {
  readonly name: HostFakeName
  readonly sdkVersion: string
  readonly appVersion: string
  readonly requests: RequestRules
  readonly eventSource?: EventSourceRules
  readonly sockets: SocketRules
  readonly files?: FileRules
  readonly storage: StorageRules
  readonly background: BackgroundRules
  readonly signIn: SignInRules
  /** Every asynchronous call answers a promise too. */
  readonly isPromiseStyle?: boolean
  /** `errMsg` of a success: most hosts write one. */
  readonly hasOkText?: boolean
  readonly networkTypes: { readonly online: string; readonly offline: string }
  readonly events: readonly string[]
  /** A failure in the host's own shape. */
  error(api: string, trouble: HostTrouble, phone: HostPhone): object
  /** What the host has beside requests, sockets, storage and events. */
  apis(phone: HostPhone): Record<string, unknown>
  /** APIs this version lacks. */
  lacks?(phone: HostPhone): readonly string[]
  /** Guesses of this fake's, in words: nobody is known to know. */
  readonly assumed: readonly string[]
}
