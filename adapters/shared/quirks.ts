import type { Capabilities, HostFailureReason } from '../../sdk/platform/platform.js'

/** The object a wx-like host gives to apps: `wx`, `my`, `swan`, `qq` … Everything but `request` may be missing. */
export interface WxLikeHost {
  request(options: object): unknown
}

/** How one host differs from the others: names, fields and limits. A new host is a new table, not new code. */
export interface HostQuirks {
  /** The name of the platform. */
  name: string
  /** The oldest base library that will do. A host that tells an older one is refused; one that tells none is not. */
  minVersion: string
  /** The first base library whose requests can stream. `'0'` where none is known: then only the task's methods decide. */
  minStreamVersion: string
  /**
   * Nobody says whether its requests stream, or which version it is: as soon as the task of a plain request can listen to
   * chunks, a stream is tried. The sign-in at a gateway comes before the first stream, so that it is mostly known by then.
   * Not heeded for WeChat, as `maxTimeoutMs` is not.
   */
  probesStream?: boolean
  /**
   * What the host promises on a phone. A developer tool, an old library or the first request may take some of it back. Early
   * headers are promised where nothing is said of them.
   */
  capabilities: Omit<Capabilities, 'abort' | 'earlyHeaders'> & { earlyHeaders?: boolean }
  /** The field of a request that holds its headers. */
  headerField: 'header' | 'headers'
  /** Fields every request carries, so that the host parses no JSON and decodes nothing it should not. */
  requestFields: object
  /** Fields a streaming request carries as well. */
  streamFields: object
  /** Fields a request for bytes carries as well. */
  binaryFields: object
  /**
   * The longest timeout the host takes, in ms: what every request carries that asks for more, or for none, as the default
   * of such a host is lower.
   */
  maxTimeoutMs?: number
  /** Fields an upload carries as well, where the host asks for more than WeChat does. */
  uploadFields?(path: string, name: string): object
  /**
   * What gives the one-use code of a signed-in user: the API, its arguments, and the field of the answer. The arguments hold
   * a timeout: a sign-in that never answers would hold up every later one.
   */
  signIn: { api: string; args: object; field: string }
  /**
   * What the numbers of its errors mean, where they mean one thing only. `5` in every API; `'request 5'` in one API, for a
   * host that counts anew in each.
   */
  reasons: Record<string, HostFailureReason>
  /**
   * Calls a synchronous API, for where a host has no other of its kind. It answers as the asynchronous one would, or throws.
   * Default: it takes its arguments one by one. WeChat has no need of any.
   */
  callSync?(method: (...args: unknown[]) => unknown, args: object): unknown
  /** What the developer tool pretends, said once on its console. */
  simulatorLies: string
}

/** A host with its table: what every part of the driver works on. */
export interface WxLike {
  readonly api: WxLikeHost
  readonly quirks: HostQuirks
  /** Is told that the task of a plain request can listen to chunks. */
  onListener?(): void
}

/** What a developer tool is said to be of which nothing more is known. */
export const SIMULATOR_WARNING = 'A developer tool is no phone: test streams, aborts and sign-in on one'

/**
 * What is taken for true of a host whose vendor does not write it down: that it is as in WeChat. A table that begins with
 * this says so, and what it says besides is known.
 */
export const AS_IN_WECHAT = {
  minVersion: '0',
  minStreamVersion: '0',
  headerField: 'header',
  requestFields: { dataType: 'text', responseType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { responseType: 'arraybuffer' },
  signIn: { api: 'login', args: { timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
} as const satisfies Partial<HostQuirks>
