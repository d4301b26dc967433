/** What kind of fault it was, in the words OpenAI's clients know. */
export type ProblemType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'upstream_error'
  | 'server_error'

/** The body of every error answer, and the data of every error frame. */
export interface ErrorBody {
  error: { message: string; type: string; code: string | null; requestId: string }
}

/** An answer that is an error. Thrown anywhere in a route; `gateway.ts` turns it into a response. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: ProblemType | (string & {}),
    readonly code: string | null,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message)
  }
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

/** A request that is wrong in itself: 400 unless said otherwise. */
export function badRequest(code: string, message: string, status = 400): Problem {
  return new Problem(status, 'invalid_request_error', code, message)
}
