// The door of the gateway: names only.
export { createGateway, type Gateway } from './gateway.js'
export type { AuthOptions, GatewayOptions, LimitOptions, ModelRoute, SignedInUser, SignInRequest } from './options.js'
export type { ErrorBody } from './problem.js'
export { builtinProvider, openaiProvider, type OpenaiProviderOptions, type Provider } from './providers.js'
export { serveGateway, type ServedGateway, type ServeOptions } from './serve.js'
export type { SignInAnswer } from './sign-in.js'
