import { SampanError, type ErrorCode, type ErrorPhase } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { HostFailure, HostFailureReason, ResponseHead } from '../platform/platform.js'

/** Why a request of an app that was away has stopped. */
export const HIDDEN = 'The app was hidden'

/** What a host's reasons mean. Those that are not here have no code of their own; these have `transport/<reason>`. */
const MEANINGS: Partial<Record<HostFailureReason, string>> = {
  offline: 'No network',
  timeout: 'The host ended a long request',
  suspended: HIDDEN,
  tls: 'No secure connection',
  'domain-not-allowed': 'Not in the app\'s list of request domains',
  http: 'The host hides an error of the server',
}

/** What a failed host call means, as a typed error that names the host of the `url`. */
export function hostError(failure: HostFailure, phase: ErrorPhase, url: string): SampanError {
  const { reason, errMsg, errno } = failure
  const meaning = MEANINGS[reason]
  const code = meaning ? 'transport/' + reason : /unsup|denied/.test(reason) ? 'platform/' + reason : 'transport/failed'
  const message = (meaning || 'The request failed: ' + reason) + ' (' + url.replace(/^\w+:\/\/|[/?#].*/g, '') + ': ' + errMsg + ')'
  return new SampanError(code as ErrorCode, message, {
    retryable: !/tls|domain|http|denied|unsup/.test(reason),
    // A host knows one timeout only, that of the whole request. Before anything came it says what was waited for all the same.
    phase: reason === 'timeout' && phase === 'stream' ? 'total' : phase,
    errMsg,
    errno,
    cause: failure,
  })
}

/**
 * The error with what is known of the request it happened in. Of a request that merely stopped, an app that was hidden
 * meanwhile is the reason.
 */
export function locate({ code, message, retryable, details }: SampanError, phase: ErrorPhase, { status, headers }: ResponseHead, wasHidden: boolean): SampanError {
  const isCut = wasHidden && retryable && /timeout|offline|failed/.test(code)
  return new SampanError(isCut ? 'transport/suspended' : code, isCut ? HIDDEN + ' (' + message + ')' : message, {
    phase,
    status,
    headers,
    ...details,
    requestId: headers['x-request-id'] || headers['x-siliconcloud-trace-id'] || details.requestId,
  })
}

/**
 * A host that decodes each piece on its own has lost a character where it was cut. A gateway is asked for ASCII, which
 * nothing can damage; from any other server the answer is better taken whole.
 */
export function textDamaged(): SampanError {
  return new SampanError('transport/text-damaged', 'The host damaged a character; the next answer is taken whole', { retryable: true })
}

/** A connection that is closed before the log's end was cut somewhere on the way. */
export function cutOff(): SampanError {
  return new SampanError('transport/truncated', 'The connection closed before the answer\'s end', { phase: 'stream', retryable: true })
}

/** What an answer with an error status means. `body` is its text, whole or cut. */
export function httpError({ status, headers }: ResponseHead, body: string): SampanError {
  const { message = headers.location && 'redirected to ' + headers.location, providerCode, requestId } = readError(body)
  const retryable = isPassingStatus(status!)
  const code = status === 401 || status === 403 ? 'unauthorized' : status === 429 ? 'rate-limited' : retryable ? 'server' : 'http'
  return new SampanError(('transport/' + code) as ErrorCode, 'HTTP ' + status + (message ? ': ' + message : ''), {
    providerCode,
    requestId,
    retryAfterMs: retryAfterMs(headers),
    phase: 'first-byte',
    retryable,
  })
}

/** Whether a request that was answered with this status may succeed later, unchanged. */
export function isPassingStatus(status: number): boolean {
  return /^(408|429|5..)$/.test(String(status))
}

/** What a server says went wrong, in its own words. */
export interface ToldError { message?: string; providerCode?: string; requestId?: string }

/**
 * Reads the body of an error, or the object it holds: the error object of OpenAI-like servers, gateways and many others,
 * bare or as `error`; else plain text, but no markup.
 */
export function readError(told: string | object): ToldError {
  const text = typeof told === 'string' ? told.trim() : ''
  const outer = Object(text ? parseJson(text) : told)
  const error = Object(outer.error) === outer.error ? outer.error : outer
  return {
    message: firstWord(error.message, error.msg, error.detail, outer.error, text[0] === '<' ? '' : text),
    providerCode: firstWord(error.code, error.type),
    requestId: firstWord(error.requestId, error.request_id, outer.request_id),
  }
}

/** The first that is a text or a number; cut, because a server may say anything. */
function firstWord(...candidates: unknown[]): string | undefined {
  const found = candidates.find(word => word !== '' && /^(string|number)$/.test(typeof word))
  return found === undefined ? undefined : String(found).slice(0, 300)
}

/** `Retry-After` in seconds, or as a date: measured from the server's own, because a phone's clock may be wrong. */
function retryAfterMs({ 'retry-after': value, date }: Record<string, string>): number | undefined {
  const ms = value && +value >= 0 ? +value * 1000 : Date.parse(value!) - (Date.parse(date!) || Date.now())
  return ms >= 0 ? ms : undefined
}
