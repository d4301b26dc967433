import { malformed, readEvents } from './events.js'
import { asciiJson } from './frames.js'
import { beginLifetime, clientClosed, type Lifetime } from './lifetime.js'
import type { SlotLimiter } from './limits.js'
import type { Limits, ModelRoute } from './options.js'
import { Problem, toProblem } from './problem.js'
import type { Provider } from './providers.js'
import { relayFrames } from './relay.js'
import { sseResponse, within } from './sse-response.js'
import type { Caller } from './tokens.js'
import { callProvider, type UpstreamAnswer } from './upstream.js'
import { collect, toldErrorOf, toldProblem } from './upstream-problem.js'

/** What a completion needs of the gateway it runs in. */
export interface CompletionContext {
  providers: Record<string, Provider>
  models: Record<string, ModelRoute>
  limits: Limits
  slots: SlotLimiter
  heartbeatMs: number
  /** Completions that run, so that closing the gateway ends them. */
  live: Set<Lifetime>
  /** Told of every problem a client is told of. */
  onProblem(problem: Problem, requestId: string): void
}

/** One completion as the gateway received it. */
export interface CompletionCall {
  request: Request
  body: Record<string, unknown>
  caller: Caller
  requestId: string
}

/** The longest answer that is no stream, in characters. */
const maxAnswerChars = 16 * 1024 * 1024

/** Relays one completion: a stream when the body asks for one, JSON otherwise. */
export async function complete(call: CompletionCall, context: CompletionContext): Promise<Response> {
  const { request, requestId } = call
  const { limits, heartbeatMs, live } = context
  const { provider, body } = resolve(call, context)
  const logId = readLogId(request)
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
    return sseResponse(frames, { heartbeatMs, isAscii, isEarly, headers, onCancel: () => lifetime.abort(clientClosed()) })
  } catch (error) {
    const problem = toProblem(error)
    lifetime.abort(problem)
    throw problem
  } finally {
    if (body.stream !== true) lifetime.end()
  }
}

/** Whether the client cannot read the body of an error answer and wants errors as events. */
export function wantsErrorEvents(request: Request): boolean {
  return request.headers.get('x-sampan-errors') === 'event'
}

/** Whether the client's host damages what is not ASCII. */
export function wantsAscii(request: Request): boolean {
  return request.headers.get('x-sampan-ascii') === '1'
}

/** Which provider answers, and the body it gets: the client's, with the model replaced. */
function resolve({ body, caller }: CompletionCall, { providers, models }: CompletionContext) {
  const alias = body.model ?? 'default'
  if (typeof alias !== 'string') throw new Problem('invalid_request', '`model` must be a string.')
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw new Problem('invalid_request', '`messages` must be a list with at least one message.')
  }
  const route = Object.hasOwn(models, alias) ? models[alias] : undefined
  if (!route) throw new Problem('model_not_found', `There is no model "${alias.slice(0, 80)}" here.`)
  if (caller.models && !caller.models.includes(alias)) {
    throw new Problem('model_not_allowed', `This token may not use the model "${alias}".`)
  }
  const provider = providers[route.provider]!
  return { provider, body: { ...body, model: route.model ?? provider.defaultModel } as Record<string, unknown> }
}

function readLogId(request: Request): string | undefined {
  const logId = request.headers.get('x-sampan-log-id') ?? undefined
  if (logId !== undefined && !/^[\w.:-]{1,128}$/.test(logId)) {
    throw new Problem('invalid_log_id', '`x-sampan-log-id` takes up to 128 letters, digits and . _ : -')
  }
  return logId
}

async function json(answer: UpstreamAnswer, provider: Provider, isAscii: boolean, headers: Record<string, string>): Promise<Response> {
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
