import { openaiProvider, type GatewayOptions } from '../gateway/index.js'

/** The variables a provider is read from, and what each is. */
export const PROVIDER_VARIABLES = `  SAMPAN_BASE_URL   up to and without /chat/completions, e.g. https://api.deepseek.com
  SAMPAN_API_KEY    its key; it stays in this process
  SAMPAN_MODEL      the model's name there`

/** A provider as the environment names it, or none for the built-in model; and how to call it in a sentence. */
export interface NamedProvider { readonly options: Pick<GatewayOptions, 'providers'>; readonly name: string }

/**
 * Reads which model a gateway on a developer's machine answers with.
 *
 * @throws Error where the environment says half of it.
 */
export function providerFromEnv({ SAMPAN_BASE_URL: baseUrl, SAMPAN_API_KEY: apiKey, SAMPAN_MODEL: model }: Readonly<Record<string, string | undefined>>): NamedProvider {
  if (!apiKey && !baseUrl) return { options: {}, name: 'built-in scripted model; set SAMPAN_BASE_URL, SAMPAN_API_KEY and SAMPAN_MODEL for a real one' }
  if (!baseUrl || !apiKey) throw new Error('Set both SAMPAN_BASE_URL and SAMPAN_API_KEY, or neither for the built-in model.')
  if (!model) throw new Error('Set SAMPAN_MODEL to the name the provider gives its model.')
  return { options: { providers: { provider: openaiProvider({ baseUrl, apiKey, model }) } }, name: `${model} at ${baseUrl}` }
}
