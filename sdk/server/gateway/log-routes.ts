import { answerWithPage, answerWithStream, json, type LogAnswerCall } from './log-answers.js'
import { leaveWith } from './logged-completion.js'
import { checkLogId, readAfter } from './log-places.js'
import type { LogKey } from './logs/log-store.js'
import { Problem } from './problem.js'
import type { RouteParts } from './routes.js'

/** Answers with a log from a place in it on: as a stream where the client accepts one, else with a page. */
export async function readLog(call: LogAnswerCall, id: string, parts: RouteParts): Promise<Response> {
  const { request, requestId } = call
  const { logs } = parts
  // A HEAD would begin to read and never leave.
  if (request.method !== 'GET') throw new Problem('method_not_allowed', 'Logs are read with GET.', { headers: { allow: 'GET, POST' } })
  const key = await keyOf(request, id, parts)
  parts.logReads.take(key.userId)
  const after = readAfter(request)
  const waitMs = readWait(request)
  const reading = logs.read(key, after, requestId)
  logs.keep(key)
  leaveWith(request, reading)
  if (!/\btext\/event-stream\b/.test(request.headers.get('accept') ?? '')) return answerWithPage(request, reading, waitMs, logs.settings.gatherMs)
  return answerWithStream(call, reading, parts, { 'x-sampan-log-id': key.id })
}

/** Ends a log, wherever it is written. Says whether it has ended. */
export async function cancelLog({ request, requestId }: LogAnswerCall, id: string, parts: RouteParts): Promise<Response> {
  const key = await keyOf(request, id, parts)
  // What runs can always be stopped; ids that nobody knows are kept, so they count.
  const onUnknown = (): void => parts.requests.take(key.userId)
  return json({ isDone: await parts.logs.cancel(key, requestId, onUnknown) }, request)
}

/** Forgets what is kept of a user. */
export async function eraseUser(request: Request, parts: RouteParts): Promise<Response> {
  const { userId } = await parts.tokens.verify(request.headers.get('authorization'))
  parts.threadCalls.take(userId)
  const { logs, threads, feedback } = parts
  await Promise.all([logs.erase(userId), threads.store.erase(userId, threads.settings.retentionMs), feedback.store.erase(userId, feedback.settings.retentionMs)])
  await parts.ledgers.erase(userId)
  return json({ isErased: true }, request)
}

async function keyOf(request: Request, id: string, { tokens }: RouteParts): Promise<LogKey> {
  const { userId } = await tokens.verify(request.headers.get('authorization'))
  return { userId, id: checkLogId(id) }
}

function readWait(request: Request): number {
  const waitMs = Number(new URL(request.url).searchParams.get('wait') ?? 0)
  if (!(waitMs >= 0)) throw new Problem('invalid_request', '`wait` must be a number of milliseconds.')
  return waitMs
}
