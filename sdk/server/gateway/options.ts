import type { HostedAgent } from './agents/host-agent.js'
import type { HostedLedgers } from './agents/hosted-ledgers.js'
import type { FeedbackStore } from './feedback/feedback-store.js'
import type { LogStore } from './logs/log-store.js'
import type { GatewayThreadStore } from './threads/gateway-thread-store.js'
import type { Provider } from './providers.js'

/** Where an alias leads: the phone says `default`, the gateway knows which provider and model that is. */
export interface ModelRoute {
  /** A key of `providers`. */
  provider: string
  /** The provider's own name of the model. Absent: the provider's default. */
  model?: string
}

/** What a phone sends to sign in. */
export interface SignInRequest {
  /** The host it runs in: `web`, `wechat`, `alipay` … */
  host: string
  /** The host's one-time sign-in code (`wx.login`), to be exchanged for a user. */
  code?: string
  /** An id the app minted for this device, so that a guest stays the same guest. */
  guest?: string
}

/** Who a sign-in turned out to be. */
export interface SignedInUser {
  userId: string
  /** Aliases this user may use. Absent: all. */
  models?: readonly string[]
  /** Hosted agents this user may run, by name. Absent: all. */
  agents?: readonly string[]
  /** What else they may: see `threads.readers`. Default nothing. */
  roles?: readonly string[]
}

/** How people are told apart. */
export interface AuthOptions {
  /** Signs tokens. At least 32 bytes in production; in development one is made when absent. */
  secret?: string
  /** Default `development`. */
  mode?: 'development' | 'production'
  /** Milliseconds a guest token lives. Default one hour. */
  guestTtlMs?: number
  /** Milliseconds a verified user's token lives. Default two hours. */
  userTtlMs?: number
  /** Let unverified guests in although this is production. Default `false`. */
  allowGuests?: boolean
  /** Aliases a guest may use. Default: all in development, `['default']` in production. */
  guestModels?: readonly string[]
  /** Hosted agents a guest may run, by name. Default: all in development, none in production. */
  guestAgents?: readonly string[]
  /** Milliseconds by which clocks may differ. Default 30 seconds. */
  clockToleranceMs?: number
  /** Exchanges the host's code for a user, `undefined` to refuse. Without it production signs nobody in. */
  verifySignIn?(request: SignInRequest): Promise<SignedInUser | undefined> | SignedInUser | undefined
}

/** What one caller may use. */
export interface LimitOptions {
  /** Bytes of a request body. Default 1 MiB. */
  maxBodyBytes?: number
  /** Completions a user may start in a minute. Default 60. */
  requestsPerMinute?: number
  /** Times a user may begin to read a log in a minute; each poll is one. Default 600. */
  logReadsPerMinute?: number
  /** Logs a user may read at the same time, each reader of one counted. Default 64. */
  maxConcurrentReads?: number
  /** Sign-ins in a minute, of all that `signInKey` gives the same key. Default 600. */
  signInsPerMinute?: number
  /**
   * Sign-ins in a minute of everybody together, those that were refused to their key not counted: so many calls of
   * `verifySignIn`, however many addresses somebody has. Above it nobody is signed in. Default 6,000.
   */
  allSignInsPerMinute?: number
  /**
   * Whose sign-in a request is, so that a flood of one locks out nobody else. Default: one key for everybody; with
   * `serveGateway` the address it comes from. Behind a proxy that is the proxy's: give the address in the header it sets.
   * A key that is an IPv6 address counts with all of its /64.
   */
  signInKey?: (request: Request) => string
  /** Times a user may read or write a thread in a minute. Default 300. */
  threadCallsPerMinute?: number
  /** Completions of one user that run at the same time. Default 4. */
  maxConcurrentStreams?: number
  /** Milliseconds until the provider's first byte. Default 60 seconds. */
  firstByteTimeoutMs?: number
  /** Milliseconds the provider may stay silent between bytes. Default 60 seconds. */
  idleTimeoutMs?: number
  /** Milliseconds a completion may last in all, also if only keep-alives come. Default 15 minutes. */
  maxCompletionMs?: number
}

/** How streams are kept, so that a client that was away can read on. */
export interface LogOptions {
  /** Where. Default in this process: `memoryLogStore()`. The gateway closes it when it closes. */
  store?: LogStore
  /** Milliseconds a completion goes on with nobody reading, where its client may come back. Default one minute. */
  graceMs?: number
  /** Milliseconds a log is kept after its last frame. Default one hour. */
  retentionMs?: number
  /** Bytes of one log, above which its oldest frames are dropped. Default 16 MiB. */
  maxBytesPerLog?: number
  /** Frames a reader may be behind and still be sent each one. Beyond, texts come in as few frames as hold them. Default 2,000. */
  maxFramesBehind?: number
  /** Milliseconds for which a poll gathers more frames once it has one, so that polls stay few. Default 250. */
  gatherMs?: number
}

/** How conversations are kept that phones copy here. */
export interface ThreadStoreOptions {
  /** Where. Default in this process: `memoryThreadStore()`. The gateway closes it when it closes. */
  store?: GatewayThreadStore
  /** Roles (of `verifySignIn`) that may read the threads of all users. Default none. */
  readers?: readonly string[]
  /** Threads of one user. Default 200. */
  maxThreadsPerUser?: number
  /** Bytes of one user's threads together. Default 20 MiB. */
  maxBytesPerUser?: number
  /** Bytes of one write, so of a thread that is written whole. Default 2 MiB. */
  maxBytesPerThread?: number
  /** Milliseconds a thread is kept after it was last written. Default 180 days. */
  retentionMs?: number
}

/** How it is kept what people think of answers. */
export interface FeedbackOptions {
  /** Where. Default in this process: `memoryFeedbackStore()`. The gateway closes it when it closes. */
  store?: FeedbackStore
  /** Roles (of `verifySignIn`) that may export the feedback of all users. Default none. */
  readers?: readonly string[]
  /** Messages of which one user's feedback is kept; of more the oldest is forgotten. Default 1,000. */
  maxPerUser?: number
  /** Milliseconds a feedback is kept. Default 180 days. */
  retentionMs?: number
}

/** Everything {@link createGateway} takes. Each part has a default: with no options at all it serves the built-in model. */
export interface GatewayOptions {
  /** Default `{ builtin: builtinProvider() }`. */
  providers?: Record<string, Provider>
  /** Aliases and where they lead. Default: `default` leads to the first provider. */
  models?: Record<string, ModelRoute>
  /** Agents that run here, by name: `{ travel: hostAgent(agent) }`. Default none. */
  agents?: Record<string, HostedAgent>
  /** What tool calls of hosted agents have been done. Default in this process: `memoryLedgers()`. The gateway closes it when it closes. */
  ledgers?: HostedLedgers
  auth?: AuthOptions
  limits?: LimitOptions
  logs?: LogOptions
  threads?: ThreadStoreOptions
  feedback?: FeedbackOptions
  /** Web origins that may call, besides loopback ones in development. Default none. */
  cors?: { origins?: readonly string[] }
  /** Milliseconds of silence after which a stream says `: ping`. Default 15 000. */
  heartbeatMs?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
  /**
   * Told of what whoever runs the gateway must mend: faults inside it, a provider that refuses the key or cannot be
   * reached. Default: one entry on standard error, without keys and addresses.
   */
  onError?: (error: unknown, requestId: string) => void
}

/** {@link ThreadStoreOptions} with every default filled in. */
export type ThreadSettings = Required<Omit<ThreadStoreOptions, 'store'>>

/** Fills in the defaults of {@link ThreadStoreOptions}, but for the store. */
export function withThreadDefaults(threads: ThreadStoreOptions = {}): ThreadSettings {
  return {
    readers: threads.readers ?? [],
    maxThreadsPerUser: threads.maxThreadsPerUser ?? 200,
    maxBytesPerUser: threads.maxBytesPerUser ?? 20 * 1024 * 1024,
    maxBytesPerThread: threads.maxBytesPerThread ?? 2 * 1024 * 1024,
    retentionMs: threads.retentionMs ?? 180 * 24 * 3_600_000,
  }
}

/** {@link FeedbackOptions} with every default filled in. */
export type FeedbackSettings = Required<Omit<FeedbackOptions, 'store'>>

/** Fills in the defaults of {@link FeedbackOptions}, but for the store. */
export function withFeedbackDefaults({ readers = [], maxPerUser = 1000, retentionMs = 180 * 24 * 3_600_000 }: FeedbackOptions = {}): FeedbackSettings {
  return { readers, maxPerUser: Math.min(maxPerUser, 2 ** 31 - 1), retentionMs }
}

/** {@link LimitOptions} with every default filled in. */
export type Limits = Required<LimitOptions>

/** {@link LogOptions} with every default filled in. */
export type LogSettings = Required<Omit<LogOptions, 'store'>>

/** Fills in the defaults of {@link LogOptions}, but for the store. */
export function withLogDefaults(logs: LogOptions = {}): LogSettings {
  return {
    graceMs: ms(logs.graceMs, 60_000),
    retentionMs: ms(logs.retentionMs, 3_600_000),
    maxBytesPerLog: logs.maxBytesPerLog ?? 16 * 1024 * 1024,
    maxFramesBehind: logs.maxFramesBehind ?? 2000,
    gatherMs: ms(logs.gatherMs, 250),
  }
}

function ms(value: number | undefined, fallback: number): number {
  return Math.min(value ?? fallback, 2 ** 31 - 1)
}

/** Fills in the defaults of {@link LimitOptions}. `Infinity` milliseconds is as long as a timer can wait, 24 days. */
export function withLimitDefaults(limits: LimitOptions = {}): Limits {
  return {
    maxBodyBytes: limits.maxBodyBytes ?? 1024 * 1024,
    requestsPerMinute: limits.requestsPerMinute ?? 60,
    logReadsPerMinute: limits.logReadsPerMinute ?? 600,
    maxConcurrentReads: limits.maxConcurrentReads ?? 64,
    signInsPerMinute: limits.signInsPerMinute ?? 600,
    allSignInsPerMinute: limits.allSignInsPerMinute ?? 6000,
    signInKey: limits.signInKey ?? (() => 'everybody'),
    threadCallsPerMinute: limits.threadCallsPerMinute ?? 300,
    maxConcurrentStreams: limits.maxConcurrentStreams ?? 4,
    firstByteTimeoutMs: ms(limits.firstByteTimeoutMs, 60_000),
    idleTimeoutMs: ms(limits.idleTimeoutMs, 60_000),
    maxCompletionMs: ms(limits.maxCompletionMs, 15 * 60_000),
  }
}
