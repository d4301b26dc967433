import { type CompletionCall, type CompletionContext, resolveModel, wantsErrorEvents } from './completion-call.js'
import { readEvents } from './events.js'
import { beginLifetime, type Lifetime } from './lifetime.js'
import { readAfter } from './log-places.js'
import type { LogBook } from './logs/log-book.js'
import { logNotFound, type LogReading } from './logs/log-reading.js'
import type { LogKey, LogStore } from './logs/log-store.js'
import { type RunningLog, startRunningLog } from './logs/running-log.js'
import type { ErrorLines } from './relay.js'
import { callProvider } from './upstream.js'

/** Where the frames of a log come from. */
export interface LogSource {
  /** Begins. The lines of each frame but its number; the last of them ends the log. Whatever goes wrong is thrown. */
  start(lifetime: Lifetime): AsyncGenerator<string[], void>
  /** How an error reads as the last frame. Default: as in a completion. */
  errorLines?: ErrorLines
}

/** A completion that is kept, and somebody who reads it. */
export interface OpenLog {
  key: LogKey
  reading: LogReading
}

/** A completion as the source of a log. Throws what is wrong with the request. */
export function completionSource(call: CompletionCall, context: CompletionContext): LogSource {
  const { provider, body } = resolveModel(call, context)
  return { start: lifetime => readEvents(callProvider(provider, body, context.limits, lifetime), provider) }
}

/**
 * Begins a stream that is kept, or joins the one that has this id: then nothing is begun. The reader is in from the
 * start, so that its leaving is noticed at any time.
 *
 * @param prepare called where there is no such log yet.
 */
export async function openLog(call: CompletionCall, id: string, context: CompletionContext, prepare: () => LogSource): Promise<OpenLog> {
  const { request, requestId } = call
  const { logs } = context
  const key = { userId: call.caller.userId, id }
  const after = readAfter(request)
  await logs.open(key, async store => {
    // Whoever has frames of an answer wants its rest, not another answer.
    if (after > 0) throw logNotFound()
    return begin(call, key, store, context, prepare())
  })
  const reading = readOrKeep(logs, key, after, requestId)
  if (request.headers.get('x-sampan-detach') === '1') logs.keep(key)
  leaveWith(request, reading)
  return { key, reading }
}

/** What was begun goes on where there is no place to read it, for as long as if its reader had left. */
function readOrKeep(logs: LogBook, key: LogKey, after: number, requestId: string): LogReading {
  try {
    return logs.read(key, after, requestId)
  } catch (error) {
    logs.keep(key)
    throw error
  }
}

/** Leaves a reading when its client does, or has. */
export function leaveWith({ signal }: Request, reading: LogReading): void {
  if (signal.aborted) reading.leave()
  else signal.addEventListener('abort', () => reading.leave(), { once: true })
}

async function begin(call: CompletionCall, key: LogKey, store: LogStore, context: CompletionContext, source: LogSource): Promise<RunningLog | undefined> {
  const { request, requestId } = call
  const { limits, live, slots, logs, heartbeatMs } = context
  const { graceMs, retentionMs: ttlMs, maxBytesPerLog: maxBytes } = logs.settings
  const release = slots.take(key.userId)
  const isNew = await store.create(key, ttlMs).catch((error: unknown) => {
    release()
    throw error
  })
  if (!isNew) {
    release()
    return undefined
  }
  const lifetime = beginLifetime({ maxMs: limits.maxCompletionMs, live, release })
  const { errorLines } = source
  const refusalMs = wantsErrorEvents(request) ? 0 : heartbeatMs
  const onProblem: CompletionContext['onProblem'] = context.onProblem
  return startRunningLog({
    key, store, events: source.start(lifetime), errorLines, lifetime, requestId, graceMs, maxBytes, ttlMs, refusalMs,
    onProblem: problem => onProblem(problem, requestId),
  })
}
