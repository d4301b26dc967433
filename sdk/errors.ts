/**
 * Every code an error of Sampan can carry, `room/what`.
 * Each has a heading of the same name in `docs/reference/errors.md` (a test compares the two).
 */
export type ErrorCode =
  | 'platform/unsupported'
  | 'platform/denied'
  | 'platform/failed'
  | 'transport/offline'
  | 'transport/suspended'
  | 'transport/timeout'
  | 'transport/tls'
  | 'transport/domain-not-allowed'
  | 'transport/failed'
  | 'transport/unauthorized'
  | 'transport/rate-limited'
  | 'transport/server'
  | 'transport/http'
  | 'transport/not-a-stream'
  | 'transport/too-large'
  | 'transport/text-damaged'
  | 'transport/truncated'
  | 'transport/sign-in-failed'
  | 'transport/provider-key-exposed'
  | 'protocol/malformed'
  | 'protocol/event-order'
  | 'protocol/schema-unsupported'
  | 'endpoint/provider-error'
  | 'agent/tool-unknown'
  | 'agent/tool-arguments-invalid'
  | 'agent/tool-arguments-cut'
  | 'agent/tool-failed'
  | 'agent/tool-timeout'
  | 'agent/tool-result-invalid'
  | 'agent/tool-result-too-large'
  | 'agent/tool-denied'
  | 'agent/tool-outcome-unknown'
  | 'agent/resume-incomplete'
  | 'agent/step-limit'
  | 'agent/output-invalid'
  | 'agent/invalid'
  | 'workflow/invalid'
  | 'workflow/input-invalid'
  | 'workflow/step-failed'
  | 'workflow/step-timeout'
  | 'workflow/state-unusable'
  | 'thread/storage-full'
  | 'thread/record-newer'
  | 'thread/record-damaged'

/** Where in a call something went wrong. */
export type ErrorPhase = 'sign-in' | 'connect' | 'first-byte' | 'stream' | 'total' | 'tool' | 'end'

/** What an error may tell besides its code and message. All optional: a host tells what it knows. */
export interface ErrorDetails {
  /** Whether the same call may succeed if it is made again, unchanged. Default `false`. */
  retryable?: boolean
  phase?: ErrorPhase
  /** HTTP status, where the host showed one. */
  status?: number
  headers?: Record<string, string>
  /** The host's own error number and text (`wx.request` and its relatives). */
  errno?: number
  errMsg?: string
  /** The id the gateway or provider gave this request. */
  requestId?: string
  /** The provider's own error code, as it stood in its JSON. */
  providerCode?: string
  /** Milliseconds the server asked to wait (`Retry-After`). */
  retryAfterMs?: number
  /** Anything else worth showing a developer: plain JSON, no secrets, no message content. */
  info?: Record<string, unknown>
  cause?: unknown
}

/**
 * The one error class of Sampan. Recognise it with {@link isSampanError}, never with `instanceof`:
 * an app may hold two copies of the package.
 */
export class SampanError extends Error {
  readonly name = 'SampanError'
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly details: ErrorDetails
  readonly cause?: unknown

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    this.retryable = details.retryable === true
    this.details = details
    this.cause = details.cause
  }
}

/** Whether a value is a {@link SampanError}, also one made by another copy of the package. */
export function isSampanError(value: unknown, code?: ErrorCode): value is SampanError {
  const error = Object(value) as Partial<SampanError>
  return error.name === 'SampanError' && (code === undefined ? typeof error.code === 'string' : error.code === code)
}

/**
 * Turns anything that was thrown into a {@link SampanError}. One that already is keeps its code and words; where the caller
 * gives details, they are added to its own and win over them.
 */
export function toSampanError(thrown: unknown, code: ErrorCode, details?: ErrorDetails): SampanError {
  if (!isSampanError(thrown)) return new SampanError(code, errorMessage(thrown), { ...details, cause: thrown })
  return details ? new SampanError(thrown.code, thrown.message, { ...thrown.details, ...details }) : thrown
}

/** The readable text of anything that was thrown. */
export function errorMessage(thrown: unknown): string {
  const { message, errMsg } = Object(thrown) as { message?: unknown; errMsg?: unknown }
  return String([message, errMsg].find(text => text && typeof text === 'string') || thrown)
}
