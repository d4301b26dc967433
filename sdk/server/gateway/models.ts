import type { GatewayOptions, ModelRoute } from './options.js'
import { builtinProvider, type Provider } from './providers.js'

/**
 * Fills in providers and aliases: without providers there is the built-in one, without aliases `default` leads to the
 * first provider. Checked when the gateway is made, so that a wrong name fails at the start and not on a phone.
 *
 * @throws Error when an alias leads nowhere.
 */
export function resolveModels(options: Pick<GatewayOptions, 'providers' | 'models'>): {
  providers: Record<string, Provider>
  models: Record<string, ModelRoute>
} {
  const providers = options.providers ?? { builtin: builtinProvider() }
  const [first] = Object.keys(providers)
  if (!first) throw new Error('`providers` is empty: leave it out for the built-in model.')
  const models = options.models ?? { default: { provider: first } }
  for (const [alias, route] of Object.entries(models)) {
    const provider = Object.hasOwn(providers, route.provider) ? providers[route.provider] : undefined
    if (!provider) throw new Error(`The model "${alias}" leads to the provider "${route.provider}", which is not in \`providers\`.`)
    if (!route.model && !provider.defaultModel) {
      throw new Error(`The model "${alias}" names no model, and its provider "${route.provider}" has no default.`)
    }
  }
  return { providers, models }
}
