import type { FeedbackStore, StoredFeedback } from './feedback-store.js'
import { isId } from '../ids.js'
import type { RateLimiter } from '../limits.js'
import { json } from '../log-answers.js'
import type { FeedbackSettings } from '../options.js'
import { Problem } from '../problem.js'
import { readJsonObject } from '../request-body.js'
import type { TokenIssuer } from '../tokens.js'

/** What the routes of feedback need of the gateway. */
export interface FeedbackContext {
  tokens: TokenIssuer
  feedback: { store: FeedbackStore; settings: FeedbackSettings; now(): number }
  requests: RateLimiter
}

/** Bytes of a feedback. */
const maxBytes = 64 * 1024

/** Keeps what the caller thinks of a message; with `none` forgets it. */
export async function writeFeedback(request: Request, { tokens, feedback: { store, settings, now }, requests }: FeedbackContext): Promise<Response> {
  const { userId } = await tokens.verify(request.headers.get('authorization'))
  requests.take(userId)
  const { rating, ...given } = await readJsonObject(request, maxBytes)
  const threadId = checkId(given.threadId, 'threadId')
  const messageId = checkId(given.messageId, 'messageId')
  if (rating === 'none') {
    await store.delete(userId, threadId, messageId)
    return json({ isKept: false }, request)
  }
  const feedback = checkFeedback({ ...given, rating }, { userId, threadId, messageId, at: now() })
  const isKept = await store.put(feedback, { after: readAfter(given.after), ttlMs: settings.retentionMs, maxPerUser: settings.maxPerUser })
  if (isKept) return json({ isKept }, request)
  const erasedAt = await store.erasedAt(userId)
  // An age as well, since the clock of a phone may be another.
  return json({ isKept, erasedAt, erasedMs: Math.max(0, now() - erasedAt) }, request)
}

/** The erasure of its user that whoever sent it knows of: none, before it was told. */
function readAfter(after: unknown = 0): number {
  if (Number.isSafeInteger(after) && (after as number) >= 0) return after as number
  throw new Problem('invalid_request', '`after` must be what an answer said as `erasedAt`.')
}

/** Answers a role that may read it with the feedback of all users: a line of JSON each, the oldest first. */
export async function exportFeedback(request: Request, { tokens, feedback: { store, settings } }: FeedbackContext): Promise<Response> {
  const { roles = [] } = await tokens.verify(request.headers.get('authorization'))
  if (!roles.some(role => settings.readers.includes(role))) throw new Problem('role_needed', 'The feedback of all users is for roles that may read it.')
  const { searchParams } = new URL(request.url)
  const since = Number(searchParams.get('since') ?? 0)
  const limit = Number(searchParams.get('limit') ?? 10_000)
  if (!(since >= 0) || !(limit >= 1 && limit <= 100_000)) throw new Problem('invalid_request', '`since` must be a moment in milliseconds, `limit` a number up to 100 000.')
  const lines = (await store.list(since, Math.floor(limit))).map(feedback => `${JSON.stringify(feedback)}\n`)
  return new Response(lines.join(''), { headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' } })
}

function checkFeedback({ rating, runId, correction, labels }: Record<string, unknown>, known: Pick<StoredFeedback, 'userId' | 'threadId' | 'messageId' | 'at'>): StoredFeedback {
  if (rating !== 'up' && rating !== 'down') throw new Problem('invalid_request', '`rating` must be "up", "down" or "none".')
  if (correction !== undefined && (typeof correction !== 'string' || correction.length > 10_000)) {
    throw new Problem('invalid_request', '`correction` must be a text of at most 10 000 characters.')
  }
  if (labels !== undefined && !isLabels(labels)) throw new Problem('invalid_request', '`labels` must be at most 20 texts of at most 64 characters.')
  return { ...known, rating, ...(runId !== undefined && { runId: checkId(runId, 'runId') }), ...(correction && { correction }), ...(labels?.length && { labels }) }
}

function isLabels(labels: unknown): labels is string[] {
  return Array.isArray(labels) && labels.length <= 20 && labels.every(label => typeof label === 'string' && label.length <= 64)
}

function checkId(id: unknown, field: string): string {
  if (isId(id)) return id
  throw new Problem('invalid_request', `\`${field}\` must be a text of 1 to 200 characters.`)
}
