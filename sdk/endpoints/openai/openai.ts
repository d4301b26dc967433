import { profileFor, profiles, type Profile, type ProfileName } from './profiles.js'
import { readStream } from './read-stream.js'
import { requestBody } from './request-body.js'
import type { IdSource, ModelEndpoint, ModelFunction, RunContext } from '../../contracts.js'
import { defer } from '../../protocol/streams.js'
import type { Connection } from '../../transport/connect.js'

export interface OpenAIOptions {
  connection: Connection
  /** The provider's name for the model, or an alias of the gateway. */
  model: string
  /** How this provider differs. Default: guessed from the names of model and host. */
  profile?: ProfileName | Profile
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
  const { connection, model, path = '/chat/completions', profile: chosen = profileFor(model, connection.url) } = options
  const profile: Profile = typeof chosen === 'string' ? profiles[chosen] : chosen
  const call: ModelFunction = (request, context) =>
    defer(() => connection.open({ path, body: requestBody(request, model, profile), logId: request.logId, joins: request.joins, cancel: context.cancel })).pipe(
      readStream(model, profile, callIds(request.logId, context)),
    )
  const info = { provider: profile.provider, model, capabilities: { tools: true, jsonSchema: profile.jsonMode === 'json_schema', resumable: connection.isGateway } }
  return Object.assign(call, { info })
}

/** Names calls that came without an id: the same again when an answer is read again from its log. */
function callIds(logId: string | undefined, { ids }: RunContext): IdSource {
  let count = 0
  return logId === undefined ? ids : kind => kind + '-' + ++count + '-' + logId
}
