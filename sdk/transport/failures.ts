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
  return new SampanError(code, sentence + ' (' + errMsg + ')', { retryable, phase, errMsg, errno, cause: failure })
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url
}

/** What an answer with an error status means. `body` is its text, whole or cut. */
export function httpError(head: ResponseHead, body: string): SampanError {
  const status = head.status!
  const { message, providerCode } = readErrorBody(body)
  const details: ErrorDetails = {
    status,
    providerCode,
    headers: head.headers,
    requestId: head.headers['x-request-id'],
    retryAfterMs: retryAfterMs(head.headers['retry-after']),
    phase: 'first-byte',
    retryable: status === 408 || status === 429 || status >= 500,
  }
  return new SampanError(codeOfStatus(status), 'HTTP ' + status + (message ? ': ' + message : ''), details)
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'transport/unauthorized'
  if (status === 429) return 'transport/rate-limited'
  return status >= 500 || status === 408 ? 'transport/server' : 'transport/http'
}

/** Reads the error object that OpenAI-like servers, gateways and many others send. */
export function readErrorBody(body: string): { message?: string; providerCode?: string } {
  const json = parseJson(body) as { error?: unknown; message?: unknown; code?: unknown } | undefined
  if (!json || typeof json !== 'object') {
    const isMarkup = /^\s*</.test(body)
    return { message: isMarkup ? undefined : body.slice(0, 300) || undefined }
  }
  const error = (json.error && typeof json.error === 'object' ? json.error : json) as { message?: unknown; code?: unknown; type?: unknown }
  const message = error.message ?? (typeof json.error === 'string' ? json.error : undefined)
  const code = error.code ?? error.type
  return {
    message: typeof message === 'string' ? message : undefined,
    providerCode: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
  }
}

function retryAfterMs(value: string | undefined): number | undefined {
  const seconds = Number(value)
  return value !== undefined && seconds >= 0 ? seconds * 1000 : undefined
}
