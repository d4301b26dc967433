import type { ApprovalRule } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { HostFailure, HostFailureReason, Platform } from '../platform/platform.js'

// What all capabilities share. A capability is data: its schema, and a table that says how each host calls it.

/** What an app may decide about any device tool. */
export interface DeviceToolOptions<Args = Record<string, never>> {
  /** Whether a call may run. The default of each tool is the careful one. */
  approval?: ApprovalRule<Args>
  /** What it does and when to use it, for the model. Default: a sentence in English. */
  description?: string
  /** Milliseconds until a call counts as failed. Time spent in the host's own dialogs counts, so defaults are long. */
  timeoutMs?: number
}

/** The result where the person closed what the host had opened: an answer like any other, and no failure. */
export interface Cancelled { cancelled: true }

/** How one host names a thing. */
export interface HostEntry {
  /** The name of its API. */
  readonly api: string
  /** The permission a person can give and take away in the settings of the mini-program. */
  readonly scope?: string
  /** What its error numbers mean in this API, where its texts do not tell. */
  readonly reasons?: { readonly [errno: number]: HostFailureReason }
}

/** How one host does a thing that is one call. */
export interface HostCall<Args, Result> extends HostEntry {
  /** The arguments, as this host wants them. Default: none. */
  readonly args?: (args: Args) => Record<string, unknown>
  /** What the model is told of the host's answer. */
  readonly result: (answer: any, args: Args) => Result | Cancelled
  /** How versions of the host do it that lack this API. */
  readonly otherwise?: HostCall<Args, Result>
}

/** A capability by host name. A host that is not listed cannot do it, as far as is known. */
export type HostTable<Entry> = { readonly [hostName: string]: Entry | undefined }

/** Ten minutes: the person may be reading a permission dialog, or typing an address. */
export const DIALOG_TIMEOUT_MS = 600_000

/**
 * Calls what the table names for this host, at once, so that it still stands inside the tap.
 *
 * @throws SampanError (as a rejection) `platform/unsupported` where host or table lack it, `platform/denied` where the person
 *   or the host does not allow it, `platform/failed` where it failed. A person who closes the host's dialog is no failure: the result is `{ cancelled: true }`.
 */
export function callDevice<Args, Result>(
  platform: Platform,
  capability: string,
  hosts: HostTable<HostCall<Args, Result>>,
  args: Args,
): Promise<Result | Cancelled> {
  return new Promise((resolve, reject) => {
    const ask = (entry: HostCall<Args, Result> | undefined): void => {
      if (!entry || !platform.invoke) throw unsupported(platform, capability)
      platform.invoke(entry.api, entry.args ? entry.args(args) : {}, (failure, answer) => {
        if (!failure) return resolve(new Promise(done => done(entry.result(Object(answer), args))))
        const reason = reasonOf(entry, failure)
        if (reason === 'cancelled') resolve({ cancelled: true })
        // A host says at once that it lacks an API: it is still inside the tap.
        else if (reason === 'unsupported' && entry.otherwise) ask(entry.otherwise)
        else reject(deviceError(platform, capability, entry, failure))
      })
    }
    ask(hosts[platform.host.name])
  })
}

/**
 * Makes the object a host works through where one call is not enough: a recorder, a player.
 *
 * @throws SampanError `platform/unsupported` where host or table lack it.
 */
export function createOnHost<Made>(platform: Platform, capability: string, entry: HostEntry | undefined): Made {
  const made = entry && platform.create && platform.create(entry.api)
  if (!made) throw unsupported(platform, capability)
  return made as Made
}

const reasonOf = ({ reasons = {} }: HostEntry, { reason, errno }: HostFailure): HostFailureReason => reasons[errno!] || reason

/** The error for a failure of a host. */
export function deviceError(platform: Platform, capability: string, entry: HostEntry, failure: HostFailure): SampanError {
  const { errMsg, errno } = failure
  const { scope = 'it' } = entry
  const reason = reasonOf(entry, failure)
  if (reason === 'unsupported') return unsupported(platform, capability, errMsg)
  const host = platform.host.name
  const isDenied = reason === 'denied'
  const advice = !isDenied ? ''
    : /privacy/.test(errMsg) ? ': the privacy agreement is not accepted, or does not declare it'
    : ': not allowed. The person can allow ' + scope + ' in the settings of the mini-program'
  return new SampanError(isDenied ? 'platform/denied' : 'platform/failed', capability + ' failed on ' + host + advice + ' (' + errMsg + ')', {
    retryable: /timeout|offline|suspended/.test(reason),
    errno,
    errMsg,
    info: { host, capability, reason },
  })
}

/** The error for what a host cannot do. */
export function unsupported({ host: { name } }: Platform, capability: string, why?: string): SampanError {
  return new SampanError('platform/unsupported', capability + ' is not supported on ' + name + (why ? ' (' + why + ')' : ''), { info: { host: name, capability } })
}

/** What a host's `onError` tells, as a failure. Its text alone says why: adapters read only answers to calls. */
export function hostFailure(error: unknown): HostFailure {
  const { errMsg, errorMessage, errno, error: number } = Object(error)
  const text = String(errMsg || errorMessage || error)
  return { reason: /auth|deny|denied/i.test(text) ? 'denied' : 'unknown', errMsg: text, errno: errno || number }
}
