import { Problem } from './problem.js'

/** The id of a log as a client may choose it. */
export function checkLogId(id: string): string {
  if (!/^[\w.:-]{1,128}$/.test(id)) throw new Problem('invalid_log_id', 'The id of a log takes up to 128 letters, digits and . _ : -')
  return id
}

/** Number of the last frame a client has: in the query, or where event sources put it. 0 where it has none. */
export function readAfter(request: Request): number {
  const text = new URL(request.url).searchParams.get('after') ?? request.headers.get('last-event-id')
  return text === null ? 0 : checkAfter(Number(text))
}

/** Checks the number of a frame. */
export function checkAfter(after: unknown): number {
  if (Number.isSafeInteger(after) && (after as number) >= 0) return after as number
  throw new Problem('invalid_request', '`after` must be the number of a frame, or 0.')
}
