import { readStream } from './read-stream.js'
import { requestBody } from './request-body.js'
import type { IdSource, ModelEndpoint, ModelFunction, ModelRequest, RunContext } from '../../contracts.js'
import type { CompletionBody, Dialect } from '../../protocol/dialect.js'
import { defer } from '../../protocol/streams.js'
import type { Connection } from '../../transport/connect.js'

export interface OpenAIOptions {
  connection: Connection
  /** The provider's name for the model, or an alias of the gateway. */
  model: string
  /** `dialectOf('deepseek')`: how this provider differs from OpenAI, where there is no gateway that knows it. */
  dialect?: Dialect
  /** Default `/chat/completions`. */
  path?: string
}

/**
 * A model behind an OpenAI-compatible chat completions endpoint: a gateway, a provider, or a server of your own.
 *
 * @example
 * const model = openai({ connection: gateway, model: 'default' })
 */
export function openai(options: OpenAIOptions): ModelEndpoint {
  const { connection, model, path = '/chat/completions', dialect } = options
  const { isGateway } = connection
  const { provider = 'openai-compatible', reasoningFields, jsonSchema = true } = dialect || ({} as Partial<Dialect>)
  // Some models refuse what follows from a tool they were not told the reasons for; a gateway drops it for all others.
  const keeps = (hasTools: boolean): boolean => !!dialect || (isGateway && hasTools)
  const bodyOf = (request: ModelRequest): CompletionBody => {
    const body = requestBody(request, model, keeps)
    return dialect ? dialect.fit(body) : body
  }
  const call: ModelFunction = (request, context) =>
    defer(() => connection.open({ path, body: bodyOf(request), logId: request.logId, joins: request.joins, cancel: context.cancel })).pipe(
      readStream({ model, provider, reasoningFields }, callIds(request.logId, context)),
    )
  const info = { provider, model, capabilities: { tools: true, jsonSchema, resumable: isGateway } }
  return Object.assign(call, { info })
}

/** Names calls that came without an id: the same again when an answer is read again from its log. */
function callIds(logId: string | undefined, { ids }: RunContext): IdSource {
  let count = 0
  return logId === undefined ? ids : kind => kind + '-' + ++count + '-' + logId
}
