import { type CompletionCall, type CompletionContext, resolveModel, wantsAscii, wantsErrorEvents } from './completion-call.js'
import { malformed, readEvents } from './events.js'
import { asciiJson } from './frames.js'
import { beginLifetime, clientClosed } from './lifetime.js'
import { answerWithLog } from './log-answers.js'
import { checkLogId } from './log-places.js'
import { completionSource, openLog } from './logged-completion.js'
import { type Problem, toProblem } from './problem.js'
import type { NamedProvider } from './providers.js'
import { relayFrames } from './relay.js'
import { sseResponse, within } from './sse-response.js'
import { callProvider, type UpstreamAnswer } from './upstream.js'
import { collect, toldErrorOf, toldProblem } from './upstream-problem.js'

/** The longest answer that is no stream, in characters. */
const maxAnswerChars = 16 * 1024 * 1024

/** Relays one completion: a stream when the body asks for one, JSON otherwise. A stream that has an id is kept. */
export async function complete(call: CompletionCall, context: CompletionContext): Promise<Response> {
  const { request, requestId } = call
  const { limits, heartbeatMs, live } = context
  const logId = readLogId(request)
  if (logId !== undefined && call.body.stream === true) return answerWithLog(call, await openLog(call, logId, context, () => completionSource(call, context)), context)
  const { provider, body } = resolveModel(call, context)
  const release = context.slots.take(call.caller.userId)
  const lifetime = beginLifetime({ client: request.signal, maxMs: limits.maxCompletionMs, live, release })
  const headers = { ...(logId && { 'x-sampan-log-id': logId }) }
  const isAscii = wantsAscii(request)
  const upstream = callProvider(provider, body, limits, lifetime)
  try {
    if (body.stream !== true) return await json(await upstream, provider, isAscii, headers)
    const events = readEvents(upstream, provider)
    const first = events.next()
    // Awaited further down; a failure before that must not count as unhandled.
    first.catch(() => {})
    // Until something is sent an error can still have its own status. But a host that closes silent connections must
    // not wait for longer than a heartbeat, so after one the status is 200 and an error becomes a frame.
    const isEarly = wantsErrorEvents(request) || !(await within(first, heartbeatMs))
    const onProblem = (problem: Problem): void => context.onProblem(problem, requestId)
    const frames = relayFrames({ events, first, lifetime, requestId, onProblem })
    return sseResponse(frames, { heartbeatMs, isAscii, showsEventsOnly: wantsErrorEvents(request), isEarly, headers, onCancel: () => lifetime.abort(clientClosed()) })
  } catch (error) {
    const problem = toProblem(error)
    lifetime.abort(problem)
    throw problem
  } finally {
    if (body.stream !== true) lifetime.end()
  }
}

function readLogId(request: Request): string | undefined {
  const logId = request.headers.get('x-sampan-log-id') ?? undefined
  return logId === undefined ? undefined : checkLogId(logId)
}

async function json(answer: UpstreamAnswer, provider: NamedProvider, isAscii: boolean, headers: Record<string, string>): Promise<Response> {
  const text = await collect(answer.text(), maxAnswerChars)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed()
  }
  const told = toldErrorOf(value)
  if (told) throw toldProblem(told, provider)
  // Some providers send blank lines while they think.
  const body = text.trim()
  return new Response(isAscii ? asciiJson(body) : body, {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}
