import { attemptAgain, type AfterContent } from './attempts/attempt-again.js'
import type { ModelEndpoint, ModelFunction, ModelInfo, ModelMiddleware } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { of } from '../protocol/streams.js'

/** An endpoint of a {@link fallback}, with what holds for it alone. */
export interface FallbackEntry {
  endpoint: ModelEndpoint
  /** Wraps calls of this endpoint only: `breaker`, `retry`, or a function that changes the request. The first is the outermost. */
  middleware?: readonly ModelMiddleware[]
  /** Fields for this provider, instead of the agent's own `extra`. */
  extra?: Record<string, unknown>
}

export interface FallbackOptions {
  /** An answer that broke off after it had said something: see `retry`. Default `restart`. */
  afterContent?: AfterContent
  /** Which errors another endpoint may do better with. Default: all, unless the phone itself has no network. */
  on?: (error: SampanError) => boolean
}

/** Here nothing else can be reached either. */
const HOPELESS: readonly ErrorCode[] = ['transport/offline', 'transport/suspended']

/**
 * Several models as one: the first that answers. It is an endpoint itself, and not middleware around the agent's model,
 * because then every wish has one place: `retry` around all of it is the agent's, `retry` or `breaker` around one is that
 * entry's. An endpoint whose `breaker` is open answers at once that it is not asked, and so is passed over.
 *
 * @throws SampanError `agent/invalid` where the list is empty.
 * @example
 * const model = fallback([openai({ connection, model: 'qwen-max' }), openai({ connection, model: 'deepseek-v4' })])
 */
export function fallback(endpoints: readonly (ModelEndpoint | FallbackEntry)[], options: FallbackOptions = {}): ModelEndpoint {
  if (!endpoints.length) throw new SampanError('agent/invalid', 'A fallback needs at least one endpoint.')
  const { afterContent = 'restart', on = ({ code }) => !HOPELESS.includes(code) } = options
  const entries = endpoints.map(entry => (typeof entry === 'function' ? { endpoint: entry } : entry))
  const calls = entries.map(toCall)
  const call: ModelFunction = (request, context) =>
    attemptAgain(
      {
        kind: 'f',
        begin: (asked, inner, attempt) => calls[attempt - 1]!(asked, inner),
        next({ error, attempt, hasSpoken }) {
          if (attempt >= calls.length || (hasSpoken && afterContent === 'fail') || !on(error)) return undefined
          context.trace('model-fell-back', { code: error.code, from: nameOf(entries[attempt - 1]!), to: nameOf(entries[attempt]!) })
          return of<never>()
        },
      },
      request,
      context,
    )
  return Object.assign(call, { info: infoOf(entries.map(({ endpoint }) => endpoint.info)) })
}

function toCall({ endpoint, middleware = [], extra }: FallbackEntry): ModelFunction {
  const { info } = endpoint
  const wrapped = middleware.reduceRight<ModelEndpoint>((next, wrap) => Object.assign<ModelFunction, { info: ModelInfo }>((request, context) => wrap(request, context, next), { info }), endpoint)
  return extra ? (request, context) => wrapped({ ...request, extra }, context) : wrapped
}

const nameOf = ({ endpoint: { info } }: FallbackEntry): string => info.provider + '/' + info.model

/** The first one's name. What all can do, it can; what one cannot, it cannot; the rest is unknown. */
function infoOf(infos: readonly ModelInfo[]): ModelInfo {
  const { provider, model } = infos[0]!
  const capabilities: Record<string, boolean> = {}
  for (const name of ['tools', 'jsonSchema', 'reasoning', 'images', 'resumable'] as const) {
    const known = infos.map(info => info.capabilities?.[name])
    if (known.includes(false)) capabilities[name] = false
    else if (!known.includes(undefined)) capabilities[name] = true
  }
  return { provider, model, capabilities }
}
