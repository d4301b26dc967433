import type { GatewayThreadStore, ThreadKey } from './gateway-thread-store.js'
import { isId } from '../ids.js'
import { json } from '../log-answers.js'
import type { RateLimiter } from '../limits.js'
import type { ThreadSettings } from '../options.js'
import { Problem } from '../problem.js'
import { readJsonObject } from '../request-body.js'
import type { TokenIssuer } from '../tokens.js'

/** What the routes of threads need of the gateway. */
export interface ThreadContext {
  tokens: TokenIssuer
  threads: { store: GatewayThreadStore; settings: ThreadSettings }
  threadCalls: RateLimiter
  now(): number
}

/** Items of one thread: each costs more than its bytes, and one command of a store has room for so many. */
const maxItems = 10_000

/** Answers with the heads of a user's threads. */
export async function listThreads(request: Request, context: ThreadContext): Promise<Response> {
  const userId = await readerOf(request, context)
  const heads = await context.threads.store.list(userId)
  return json({ threads: heads.map(({ id, version, at, count, bytes }) => ({ id, version, at, messages: count, bytes })) }, request)
}

/** Answers with a thread, or says that it is still what the client knows. */
export async function readThread(request: Request, id: string, context: ThreadContext): Promise<Response> {
  const key = { userId: await readerOf(request, context), id: checkThreadId(id) }
  const found = await context.threads.store.read(key)
  const erasedAt = await context.threads.store.erasedAt(key.userId)
  // Erased between the two: it was read, and is not there any more.
  const thread = found && found.version > erasedAt ? found : undefined
  const known = Number(new URL(request.url).searchParams.get('known'))
  if (known && thread?.version === known) return json({ id, version: known, at: thread.at, isSame: true }, request)
  // For whoever knows it from before: what was said by then is gone. An age, since the clock of a phone may be another.
  const erased = known < erasedAt && { erasedMs: Math.max(0, context.now() - erasedAt) }
  // Not an error: some hosts show none of an error, and that a thread is not there is what a new phone has to know.
  if (!thread) return json({ id, version: erasedAt, ...erased }, request)
  const { version, at, items, rest } = thread
  return json({ id, version, at, ...JSON.parse(rest), items: items.map(item => JSON.parse(item) as unknown), ...erased }, request)
}

/** Writes what is new in a thread, if it is still of the version that the client has seen. */
export async function writeThread(request: Request, id: string, context: ThreadContext): Promise<Response> {
  const key = await ownKey(request, id, context)
  const { store, settings: { maxBytesPerThread, maxBytesPerUser, maxThreadsPerUser, retentionMs } } = context.threads
  const { after, from, items, format, rest } = await readJsonObject(request, maxBytesPerThread)
  if (!isCount(after) || !isCount(from) || !isCount(format) || !Array.isArray(items)) {
    throw new Problem('invalid_request', '`after`, `from` and `format` must be whole numbers, and `items` a list.')
  }
  if (from + items.length > maxItems) throw new Problem('threads_full', `A thread has at most ${maxItems} items.`)
  const written = await store.write(key, {
    after,
    from,
    items: items.map(item => JSON.stringify(item)),
    rest: JSON.stringify({ format, rest }),
    ttlMs: retentionMs,
    maxThreads: maxThreadsPerUser,
    maxBytes: maxBytesPerUser,
  })
  if (written.type === 'full') throw new Problem('threads_full', 'There is no room for more threads of this user.')
  return json({ version: written.version, isConflict: written.type === 'conflict' }, request)
}

/** Deletes a thread of the caller's. */
export async function deleteThread(request: Request, id: string, context: ThreadContext): Promise<Response> {
  await context.threads.store.delete(await ownKey(request, id, context))
  return json({ isDeleted: true }, request)
}

/** Whose threads are read: the caller's own, or those of `?user=` for a role that may. */
async function readerOf(request: Request, { tokens, threads, threadCalls }: ThreadContext): Promise<string> {
  const { userId, roles = [] } = await tokens.verify(request.headers.get('authorization'))
  threadCalls.take(userId)
  const wanted = new URL(request.url).searchParams.get('user')
  if (wanted === null || wanted === userId) return userId
  if (!roles.some(role => threads.settings.readers.includes(role))) throw new Problem('role_needed', 'This token may not read what belongs to others.')
  return wanted
}

async function ownKey(request: Request, id: string, { tokens, threadCalls }: ThreadContext): Promise<ThreadKey> {
  const { userId } = await tokens.verify(request.headers.get('authorization'))
  threadCalls.take(userId)
  return { userId, id: checkThreadId(id) }
}

function checkThreadId(id: string): string {
  if (isId(id)) return id
  throw new Problem('invalid_request', 'The id of a thread has 1 to 200 characters.')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
