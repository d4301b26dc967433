/** What kind of fault it was, in the words OpenAI's clients know. */
export type ProblemType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'upstream_error'
  | 'server_error'

/** Every code the gateway gives itself, with its status and type. WIRE.md says what each means. */
export const problemTable = {
  invalid_json: [400, 'invalid_request_error'],
  invalid_request: [400, 'invalid_request_error'],
  invalid_log_id: [400, 'invalid_request_error'],
  body_incomplete: [400, 'invalid_request_error'],
  body_too_large: [413, 'invalid_request_error'],
  token_missing: [401, 'authentication_error'],
  token_expired: [401, 'authentication_error'],
  token_invalid: [401, 'authentication_error'],
  sign_in_rejected: [401, 'authentication_error'],
  sign_in_not_configured: [403, 'permission_error'],
  guests_not_allowed: [403, 'permission_error'],
  model_not_allowed: [403, 'permission_error'],
  agent_not_allowed: [403, 'permission_error'],
  origin_not_allowed: [403, 'permission_error'],
  role_needed: [403, 'permission_error'],
  threads_full: [413, 'invalid_request_error'],
  model_not_found: [404, 'not_found_error'],
  agent_not_found: [404, 'not_found_error'],
  log_not_found: [404, 'not_found_error'],
  log_expired: [410, 'not_found_error'],
  not_found: [404, 'not_found_error'],
  method_not_allowed: [405, 'invalid_request_error'],
  rate_limited: [429, 'rate_limit_error'],
  too_many_streams: [429, 'rate_limit_error'],
  cancelled: [499, 'invalid_request_error'],
  client_closed: [499, 'invalid_request_error'],
  internal_error: [500, 'server_error'],
  gateway_closing: [503, 'server_error'],
  upstream_error: [502, 'upstream_error'],
  upstream_unauthorized: [424, 'upstream_error'],
  upstream_unreachable: [502, 'upstream_error'],
  upstream_not_a_stream: [502, 'upstream_error'],
  upstream_malformed: [502, 'upstream_error'],
  upstream_truncated: [502, 'upstream_error'],
  upstream_timeout: [504, 'upstream_error'],
} as const satisfies Record<string, readonly [number, ProblemType]>

/** A code of {@link problemTable}. */
export type ProblemCode = keyof typeof problemTable

/** The body of every error answer, and the data of every error frame. */
export interface ErrorBody {
  error: { message: string; type: string; code: string; requestId: string }
}

/** What a problem may carry besides its text. */
export interface ProblemDetails {
  /** Headers of the answer: `retry-after` and the like. */
  headers?: Record<string, string>
  /** What whoever runs the gateway must hear of. Never shown to a client. */
  cause?: unknown
  /** A provider's own words, where they say more than ours. */
  status?: number
  type?: string
  code?: string
}

/** An answer that is an error. Thrown anywhere in a route; `routes.ts` turns it into a response or a frame. */
export class Problem extends Error {
  readonly status: number
  readonly type: string
  readonly code: string
  readonly headers: Record<string, string>
  override readonly cause?: unknown

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}) {
    super(message)
    const [status, type] = problemTable[code]
    this.status = details.status ?? status
    this.type = details.type ?? type
    this.code = details.code ?? code
    this.headers = details.headers ?? {}
    this.cause = details.cause
  }
}

/** What anything that was thrown is to a client. What went wrong inside stays the cause. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  const cause = thrown ?? new Error('Something was thrown that says nothing.')
  return new Problem('internal_error', 'The gateway failed. Tell its owner the request id.', { cause })
}

/** The JSON of a problem. */
export function errorBody(problem: Problem, requestId: string): ErrorBody {
  return { error: { message: problem.message, type: problem.type, code: problem.code, requestId } }
}

/** The response of a problem. */
export function errorResponse(problem: Problem, requestId: string): Response {
  return new Response(JSON.stringify(errorBody(problem, requestId)), {
    status: problem.status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...problem.headers },
  })
}
