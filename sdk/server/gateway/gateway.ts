import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { memoryLedgers } from './agents/memory-ledgers.js'
import { createCorsPolicy } from './cors.js'
import { memoryFeedbackStore } from './feedback/feedback-store.js'
import type { Lifetime } from './lifetime.js'
import { createLogSockets } from './log-socket.js'
import { createLogBook } from './logs/log-book.js'
import { memoryLogStore } from './logs/memory-log-store.js'
import { createRateLimiter, createSlotLimiter } from './limits.js'
import { resolveModels } from './models.js'
import { type GatewayOptions, withFeedbackDefaults, withLimitDefaults, withLogDefaults, withThreadDefaults } from './options.js'
import { Problem } from './problem.js'
import { createReporter } from './redact.js'
import { createRoutes, type RouteParts } from './routes.js'
import { createSignInLimiter } from './sign-in-limiter.js'
import { memoryThreadStore } from './threads/memory-thread-store.js'
import { createTokenIssuer } from './tokens.js'

/** The server half of Sampan: it keeps the provider's key and relays completions to phones. */
export interface Gateway {
  /** Answers one request, whatever it holds. Mount it anywhere that speaks standard requests and responses. */
  fetch(request: Request): Promise<Response>
  /** Ends every completion that runs, each with an error its client can read, and takes no more. Closes the stores. */
  close(): Promise<void>
  /** Takes over a connection that asks to become a WebSocket: what a Node server's `upgrade` event hands out. */
  socket(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/**
 * Builds a gateway. What it answers is written down in WIRE.md, beside this file.
 *
 * @example
 * const gateway = createGateway({
 *   providers: { deepseek: openaiProvider({ baseUrl: 'https://api.deepseek.com', apiKey: process.env.DEEPSEEK_API_KEY! }) },
 *   models: { default: { provider: 'deepseek', model: 'deepseek-v4' } },
 *   auth: { mode: 'production', secret: process.env.GATEWAY_SECRET!, verifySignIn },
 * })
 *
 * @throws Error when production is given no proper secret, or a model alias names an unknown provider.
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const { auth = {}, now = Date.now } = options
  const limits = withLimitDefaults(options.limits)
  const cors = createCorsPolicy(options)
  const models = resolveModels(options)
  const live = new Set<Lifetime>()
  const onError = options.onError ?? createReporter(secretsOf(models.providers, auth.secret))
  let isClosed = false
  let closed: Promise<void> | undefined
  const logs = createLogBook({
    store: options.logs?.store ?? memoryLogStore({ now }),
    settings: withLogDefaults(options.logs),
    maxCompletionMs: limits.maxCompletionMs,
    readers: createSlotLimiter(limits.maxConcurrentReads, 'readers of logs'),
  })
  const ledgers = options.ledgers ?? memoryLedgers({ now })
  const threads = { store: options.threads?.store ?? memoryThreadStore({ now }), settings: withThreadDefaults(options.threads) }
  const feedback = { store: options.feedback?.store ?? memoryFeedbackStore({ now }), settings: withFeedbackDefaults(options.feedback), now }
  const parts: RouteParts = {
    ...models,
    agents: options.agents ?? {},
    ledgers,
    auth,
    limits,
    cors,
    live,
    logs,
    threads,
    feedback,
    now,
    threadCalls: createRateLimiter(limits.threadCallsPerMinute, now),
    heartbeatMs: options.heartbeatMs ?? 15_000,
    tokens: createTokenIssuer(auth, now),
    signIns: createSignInLimiter(limits, now),
    requests: createRateLimiter(limits.requestsPerMinute, now),
    logReads: createRateLimiter(limits.logReadsPerMinute, now),
    slots: createSlotLimiter(limits.maxConcurrentStreams, 'completions'),
    onProblem(problem, requestId) {
      if (problem.cause === undefined) return
      try {
        onError(problem.cause, requestId)
      } catch {
        // A log that fails must not take the answer with it.
      }
    },
    admit() {
      if (isClosed) throw closing()
    },
  }
  const answer = createRoutes(parts)
  const sockets = createLogSockets(parts)
  return {
    async fetch(request) {
      const requestId = `req_${randomUUID()}`
      const response = await answer(request, requestId)
      const headers = { ...cors.headers(request), 'x-request-id': requestId }
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
      return response
    },
    close() {
      isClosed = true
      for (const lifetime of [...live]) lifetime.abort(closing())
      closed ??= logs.close().then(sockets.close).then(threads.store.close).then(feedback.store.close).then(ledgers.close)
      return closed
    },
    socket: sockets.take,
  }
}

function secretsOf(providers: Record<string, { secrets: readonly string[] }>, secret: string | undefined): string[] {
  const known = Object.values(providers).flatMap(({ secrets }) => secrets)
  return secret ? [...known, secret] : known
}

function closing(): Problem {
  return new Problem('gateway_closing', 'The gateway is shutting down.', { headers: { 'retry-after': '5' } })
}
