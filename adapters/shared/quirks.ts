import type { Capabilities, HostFailureReason } from '../../sdk/platform/platform.js'

/** The object a wx-like host gives to apps: `wx`, `my`, `swan`, `qq` … Everything but `request` may be missing. */
export interface WxLikeHost {
  request(options: object): unknown
}

/** How one host differs from the others: names, fields and limits. A new host is a new table, not new code. */
export interface HostQuirks {
  /** The name of the platform. */
  name: string
  /** The first base library whose requests can stream. `'0'` where none is known: then only the task's methods decide. */
  minStreamVersion: string
  /** What the host promises on a phone. A developer tool, an old library or the first request may take some of it back. */
  capabilities: Omit<Capabilities, 'abort' | 'earlyHeaders'>
  /** The field of a request that holds its headers. */
  headerField: 'header' | 'headers'
  /** Fields every request carries, so that the host parses no JSON and decodes nothing it should not. */
  requestFields: object
  /** Fields a streaming request carries as well. */
  streamFields: object
  /** Fields a request for bytes carries as well. */
  binaryFields: object
  /** What gives the one-use code of a signed-in user: the API, its arguments, and the field of the answer. */
  signIn: { api: string; args: object; field: string }
  /** What the numbers of its errors mean, where they mean one thing only. */
  reasons: Record<number, HostFailureReason>
  /** What the developer tool pretends, said once on its console. */
  simulatorLies: string
}

/** A host with its table: what every part of the driver works on. */
export interface WxLike {
  readonly api: WxLikeHost
  readonly quirks: HostQuirks
}
