import { asciiJson } from './frames.js'
import type { SlotLimiter } from './limits.js'
import type { Limits, ModelRoute } from './options.js'
import { badRequest, Problem } from './problem.js'
import type { Provider } from './providers.js'
import { relayFrames } from './relay.js'
import { sseResponse, within } from './sse-response.js'
import type { Caller } from './tokens.js'
import { callProvider, type UpstreamAnswer } from './upstream.js'

/** What a completion needs of the gateway it runs in. */
export interface CompletionContext {
  providers: Record<string, Provider>
  models: Record<string, ModelRoute>
  limits: Limits
  slots: SlotLimiter
  heartbeatMs: number
  /** Completions that run, so that closing the gateway ends them. */
  live: Set<AbortController>
}

/** One completion as the gateway received it. */
export interface CompletionCall {
  request: Request
  body: Record<string, unknown>
  caller: Caller
  requestId: string
}

/** Relays one completion: a stream when the body asks for one, JSON otherwise. */
export async function complete(call: CompletionCall, context: CompletionContext): Promise<Response> {
  const { provider, body } = resolve(call, context)
  const logId = readLogId(call.request)
  const release = context.slots.take(call.caller.userId)
  const abort = track(call.request.signal, context.live, release)
  const headers = { ...(logId && { 'x-sampan-log-id': logId }) }
  const isAscii = call.request.headers.get('x-sampan-ascii') === '1'
  const upstream = callProvider(provider, body, context.limits, abort)
  // Awaited further down; a failure before that must not count as unhandled.
  upstream.catch(() => {})
  try {
    if (body.stream !== true) return await json(upstream, abort, isAscii, headers)
    // Until something is sent an error can still have its own status. But a host that closes silent connections must
    // not wait for longer than a heartbeat, so after one the status is 200 and an error becomes a frame.
    const isEarly = wantsErrorEvents(call.request) || !(await within(upstream, context.heartbeatMs))
    const frames = relayFrames(upstream, abort, call.requestId)
    return sseResponse(frames, { heartbeatMs: context.heartbeatMs, isAscii, isEarly, headers, onCancel: () => abort.abort() })
  } catch (error) {
    abort.abort()
    throw error
  }
}

/** Whether the client cannot read the body of an error answer and wants errors as events. */
export function wantsErrorEvents(request: Request): boolean {
  return request.headers.get('x-sampan-errors') === 'event'
}

/** Which provider answers, and the body it gets: the client's, with the model replaced. */
function resolve({ body, caller }: CompletionCall, { providers, models }: CompletionContext) {
  const alias = body.model ?? 'default'
  if (typeof alias !== 'string') throw badRequest('invalid_request', '`model` must be a string.')
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw badRequest('invalid_request', '`messages` must be a list with at least one message.')
  }
  const route = Object.hasOwn(models, alias) ? models[alias] : undefined
  if (!route) throw new Problem(404, 'not_found_error', 'model_not_found', `There is no model "${alias.slice(0, 80)}" here.`)
  if (caller.models && !caller.models.includes(alias)) {
    throw new Problem(403, 'permission_error', 'model_not_allowed', `This token may not use the model "${alias}".`)
  }
  const provider = providers[route.provider]!
  return { provider, body: { ...body, model: route.model ?? provider.defaultModel } as Record<string, unknown> }
}

function readLogId(request: Request): string | undefined {
  const logId = request.headers.get('x-sampan-log-id') ?? undefined
  if (logId !== undefined && !/^[\w.:-]{1,128}$/.test(logId)) {
    throw badRequest('invalid_log_id', '`x-sampan-log-id` takes up to 128 letters, digits and . _ : -')
  }
  return logId
}

/** An abort that follows the client's, is known to the gateway, and gives its slot back however it ends. */
function track(client: AbortSignal, live: Set<AbortController>, release: () => void): AbortController {
  const abort = new AbortController()
  const onClientGone = () => abort.abort()
  live.add(abort)
  abort.signal.addEventListener('abort', () => {
    client.removeEventListener('abort', onClientGone)
    live.delete(abort)
    release()
  })
  if (client.aborted) abort.abort()
  else client.addEventListener('abort', onClientGone)
  return abort
}

async function json(upstream: Promise<UpstreamAnswer>, abort: AbortController, isAscii: boolean, headers: Record<string, string>) {
  let text = ''
  for await (const piece of (await upstream).text()) text += piece
  abort.abort()
  try {
    JSON.parse(text)
  } catch {
    throw new Problem(502, 'upstream_error', 'upstream_malformed', 'The model provider’s answer is not valid JSON.')
  }
  return new Response(isAscii ? asciiJson(text) : text, {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}
