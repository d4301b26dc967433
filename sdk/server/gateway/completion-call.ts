import type { Lifetime } from './lifetime.js'
import type { SlotLimiter } from './limits.js'
import type { LogBook } from './logs/log-book.js'
import type { Limits, ModelRoute } from './options.js'
import { Problem } from './problem.js'
import type { NamedProvider, Provider } from './providers.js'
import type { Caller } from './tokens.js'

/** What a completion needs of the gateway it runs in. */
export interface CompletionContext {
  providers: Record<string, Provider>
  models: Record<string, ModelRoute>
  limits: Limits
  slots: SlotLimiter
  /** Where streams are kept that have an id. */
  logs: LogBook
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

/** Whether the client cannot read the body of an error answer and wants errors as events. */
export function wantsErrorEvents(request: Request): boolean {
  return request.headers.get('x-sampan-errors') === 'event'
}

/** Whether the client's host damages what is not ASCII. */
export function wantsAscii(request: Request): boolean {
  return request.headers.get('x-sampan-ascii') === '1'
}

/** Which provider answers, and the body it gets: the client's, with the model replaced. */
export function resolveModel({ body, caller }: CompletionCall, { providers, models }: CompletionContext): { provider: NamedProvider; body: Record<string, unknown> } {
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
  const named = { name: route.provider, secrets: provider.secrets, complete: (...call: Parameters<Provider['complete']>) => provider.complete(...call) }
  return { provider: named, body: { ...body, model: route.model ?? provider.defaultModel } }
}
