import { SampanError, type ErrorCode, type ErrorDetails, type ErrorPhase } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { HostFailure, HostFailureReason, ResponseHead } from '../platform/platform.js'

const BY_REASON: Record<HostFailureReason, { code: ErrorCode; retryable: boolean; text: string }> = {
  offline: { code: 'transport/offline', retryable: true, text: 'The network is not reachable.' },
  timeout: { code: 'transport/timeout', retryable: true, text: 'The host ended the request because it took too long.' },
  suspended: { code: 'transport/suspended', retryable: true, text: 'The host cut the request because the app was hidden.' },
  tls: { code: 'transport/tls', retryable: false, text: 'The secure connection could not be made.' },
  'domain-not-allowed': { code: 'transport/domain-not-allowed', retryable: false, text: '' },
  http: { code: 'transport/http', retryable: false, text: 'The server answered with an error that the host does not show.' },
  quota: { code: 'transport/failed', retryable: true, text: 'The host has no room for this request.' },
  denied: { code: 'transport/failed', retryable: false, text: 'The host denied the request.' },
  cancelled: { code: 'transport/failed', retryable: true, text: 'The host cancelled the request.' },
  unsupported: { code: 'platform/unsupported', retryable: false, text: 'The host cannot make this request.' },
  unknown: { code: 'transport/failed', retryable: true, text: 'The request failed.' },
}

/** What a failed host call means, as a typed error. `url` is for messages that must name the host. */
export function hostError(failure: HostFailure, phase: ErrorPhase, url: string): SampanError {
  const { code, retryable, text } = BY_REASON[failure.reason]
  const sentence =
    failure.reason === 'domain-not-allowed'
      ? 'The host does not allow requests to ' + hostOf(url) + ': add it to the app\'s list of request domains.'
      : text
  const { errMsg, errno } = failure
  // A host knows one timeout only, that of the whole request. Before anything came it says what was waited for all the same.
  const at = failure.reason === 'timeout' && phase === 'stream' ? 'total' : phase
  return new SampanError(code, sentence + ' (' + errMsg + ')', { retryable, phase: at, errMsg, errno, cause: failure })
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url
}

/** Codes that are said of a request which merely stopped: where the app was hidden meanwhile, that is the reason. */
const STOPPED: readonly ErrorCode[] = ['transport/timeout', 'transport/offline', 'transport/failed']

/** The error with what is known of the request it happened in. */
export function locate(error: SampanError, phase: ErrorPhase, head: ResponseHead, wasHidden: boolean): SampanError {
  const { status, headers } = head
  const details: ErrorDetails = { phase, status, headers, requestId: requestIdOf(headers), ...error.details }
  if (wasHidden && error.retryable && STOPPED.indexOf(error.code) >= 0) {
    return new SampanError('transport/suspended', BY_REASON.suspended.text + ' (' + error.message + ')', { ...details, cause: error })
  }
  return new SampanError(error.code, error.message, details)
}

/** What an answer with an error status means. `body` is its text, whole or cut. */
export function httpError(head: ResponseHead, body: string): SampanError {
  const status = head.status!
  const { headers } = head
  const told = readErrorBody(body)
  const message = told.message ?? (headers.location && 'the server sends the request on to ' + headers.location)
  return new SampanError(codeOfStatus(status), 'HTTP ' + status + (message ? ': ' + message : ''), {
    status,
    providerCode: told.providerCode,
    headers,
    requestId: requestIdOf(headers) ?? told.requestId,
    retryAfterMs: retryAfterMs(headers),
    phase: 'first-byte',
    retryable: isPassingStatus(status),
  })
}

/** Whether a request that was answered with this status may succeed later, unchanged. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status < 600)
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'transport/unauthorized'
  if (status === 429) return 'transport/rate-limited'
  return status >= 500 || status === 408 ? 'transport/server' : 'transport/http'
}

function requestIdOf(headers: Record<string, string>): string | undefined {
  return headers['x-request-id'] ?? headers['x-siliconcloud-trace-id']
}

/** Longest text of a server that goes into a message. */
const MAX_TOLD_CHARS = 300

/** What a server says went wrong, in its own words. */
export interface ToldError { message?: string; providerCode?: string; requestId?: string }

/** Reads the body of an error: the error object of OpenAI-like servers, gateways and many others, or plain text. */
export function readErrorBody(body: string): ToldError {
  const json = parseJson(body)
  if (json && typeof json === 'object') return readErrorObject(json)
  const isMarkup = /^\s*</.test(body)
  return { message: isMarkup ? undefined : body.trim().slice(0, MAX_TOLD_CHARS) || undefined }
}

/** Reads an error object, or the object it stands in as `error`. */
export function readErrorObject(json: object): ToldError {
  const outer = json as Record<string, unknown>
  const error = (outer.error && typeof outer.error === 'object' ? outer.error : outer) as Record<string, unknown>
  const message = error.message ?? error.msg ?? error.detail ?? outer.error
  const code = error.code ?? error.type
  const id = error.requestId ?? error.request_id ?? outer.request_id
  return {
    message: typeof message === 'string' ? message.slice(0, MAX_TOLD_CHARS) : undefined,
    providerCode: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    requestId: typeof id === 'string' ? id : undefined,
  }
}

/** `Retry-After` in seconds, or as a date: measured from the server's own, because a phone's clock may be wrong. */
function retryAfterMs(headers: Record<string, string>): number | undefined {
  const value = headers['retry-after']
  if (!value) return undefined
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - (Date.parse(headers.date ?? '') || Date.now())
  return ms >= 0 ? ms : undefined
}
