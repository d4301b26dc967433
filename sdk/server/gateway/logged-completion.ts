import { type CompletionCall, type CompletionContext, resolveModel, wantsErrorEvents } from './completion-call.js'
import { readEvents } from './events.js'
import { beginLifetime } from './lifetime.js'
import { readAfter } from './log-places.js'
import { logNotFound, type LogReading } from './logs/log-reading.js'
import type { LogKey, LogStore } from './logs/log-store.js'
import { type RunningLog, startRunningLog } from './logs/running-log.js'
import { callProvider } from './upstream.js'

/** A completion that is kept, and somebody who reads it. */
export interface OpenLog {
  key: LogKey
  reading: LogReading
}

/**
 * Begins a completion that is kept, or joins the one that has this id: then nothing is asked of the provider. The reader
 * is in from the start, so that its leaving is noticed at any time.
 */
export async function openLog(call: CompletionCall, id: string, context: CompletionContext): Promise<OpenLog> {
  const { request, requestId } = call
  const { logs } = context
  const key = { userId: call.caller.userId, id }
  const after = readAfter(request)
  await logs.open(key, async store => {
    // Whoever has frames of an answer wants its rest, not another answer.
    if (after > 0) throw logNotFound()
    return begin(call, key, store, context)
  })
  const reading = logs.read(key, after, requestId)
  if (request.headers.get('x-sampan-detach') === '1') logs.keep(key)
  if (request.signal.aborted) reading.leave()
  else request.signal.addEventListener('abort', () => reading.leave(), { once: true })
  return { key, reading }
}

async function begin(call: CompletionCall, key: LogKey, store: LogStore, context: CompletionContext): Promise<RunningLog | undefined> {
  const { request, requestId } = call
  const { limits, live, slots, logs, heartbeatMs } = context
  const { graceMs, retentionMs: ttlMs, maxBytesPerLog: maxBytes } = logs.settings
  const { provider, body } = resolveModel(call, context)
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
  const events = readEvents(callProvider(provider, body, limits, lifetime), provider)
  const refusalMs = wantsErrorEvents(request) ? 0 : heartbeatMs
  const onProblem: CompletionContext['onProblem'] = context.onProblem
  return startRunningLog({
    key, store, events, lifetime, requestId, graceMs, maxBytes, ttlMs, refusalMs,
    onProblem: problem => onProblem(problem, requestId),
  })
}
