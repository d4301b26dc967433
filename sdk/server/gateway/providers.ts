import { fitBody, profileFor, profiles, type Profile, type ProfileName } from '../../endpoints/dialects/index.js'
import { scriptedModel, type ScriptedModelOptions } from '../../testkit/scripted-model/scripted-model.js'

/** Somewhere completions come from. It gets the request as the client sent it, with the model already replaced. */
export interface Provider {
  /** The model used where a route names none. */
  readonly defaultModel?: string
  /** Words that must never reach a client: the key, the base URL. */
  readonly secrets: readonly string[]
  /** POSTs one chat completion. `signal` aborts it, whatever state it is in. */
  complete(body: Record<string, unknown>, signal: AbortSignal): Promise<Response>
}

/** A provider, and what the gateway's options call it: for whoever runs the gateway, never for a client. */
export interface NamedProvider extends Omit<Provider, 'defaultModel'> {
  readonly name: string
}

/** The rule-based model that needs no key, in this process. */
export function builtinProvider(options: ScriptedModelOptions = {}): Provider {
  const model = scriptedModel(options)
  return {
    defaultModel: 'scripted',
    secrets: [],
    complete: (body, signal) =>
      model.handle(
        new Request('http://builtin.invalid/v1/chat/completions', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        }),
      ),
  }
}

/** Where an OpenAI-compatible provider is, and how it knows us. */
export interface OpenaiProviderOptions {
  /** Up to and without `/chat/completions`, as providers print it: `https://api.deepseek.com`. */
  baseUrl: string
  /** `''` where the provider wants none. */
  apiKey: string
  /** The model used where a route names none. */
  model?: string
  /** Sent along, for providers that want more than a key. */
  headers?: Record<string, string>
  /**
   * How this provider differs from OpenAI: requests are fitted to it, so that phones need not know who answers. Default:
   * guessed from the names of model and host. `false`: they are sent as they come.
   */
  profile?: ProfileName | Profile | false
}

/**
 * Any provider that speaks OpenAI's chat completions.
 *
 * @throws Error where the address is no URL, the key is no text, as that of a variable that is not set, or the profile is none.
 */
export function openaiProvider(options: OpenaiProviderOptions): Provider {
  if (!/^https?:\/\/./.test(options.baseUrl)) throw new Error(`openaiProvider: \`baseUrl\` must begin with https:// or http://, it is "${options.baseUrl}".`)
  if (typeof options.profile === 'string' && !Object.hasOwn(profiles, options.profile)) throw new Error(`openaiProvider: there is no profile "${options.profile}". Profiles: ${Object.keys(profiles).join(', ')}.`)
  if (typeof options.apiKey !== 'string') throw new Error('openaiProvider: there is no `apiKey`. Is the variable that holds it set?')
  const url = `${options.baseUrl.replace(/\/+$/, '')}/chat/completions`
  const { host, hostname } = new URL(options.baseUrl)
  const fit = (body: Record<string, unknown>) => (options.profile === false ? body : fitBody(body, profileOf(options, String(body.model))))
  return {
    ...(options.model && { defaultModel: options.model }),
    secrets: [options.apiKey, options.baseUrl, host, hostname, ...Object.values(options.headers ?? {})],
    complete: (body, signal) =>
      fetch(url, {
        method: 'POST',
        headers: headersOf(options, body.stream === true),
        body: JSON.stringify(fit(body)),
        // A redirect could carry the key to another host.
        redirect: 'error',
        signal,
      }),
  }
}

function profileOf({ profile, baseUrl }: OpenaiProviderOptions, model: string): Profile {
  if (typeof profile === 'string') return profiles[profile]
  return profile || profileFor(model, baseUrl)
}

function headersOf({ apiKey, headers }: OpenaiProviderOptions, isStream: boolean): Headers {
  const all = new Headers(headers)
  all.set('content-type', 'application/json')
  all.set('accept', isStream ? 'text/event-stream' : 'application/json')
  if (apiKey) all.set('authorization', `Bearer ${apiKey}`)
  return all
}
