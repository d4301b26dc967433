import { Hono } from 'hono'
import { complete, type CompletionContext, wantsErrorEvents } from './completions.js'
import type { CorsPolicy } from './cors.js'
import type { RateLimiter } from './limits.js'
import type { AuthOptions } from './options.js'
import { errorResponse, Problem } from './problem.js'
import { errorFrame } from './relay.js'
import { readJsonObject } from './request-body.js'
import { readSignIn, signIn } from './sign-in.js'
import { sseResponse } from './sse-response.js'
import type { TokenIssuer } from './tokens.js'

/** The parts the routes are wired to. */
export interface RouteParts extends CompletionContext {
  auth: AuthOptions
  tokens: TokenIssuer
  cors: CorsPolicy
  signIns: RateLimiter
  requests: RateLimiter
  /** Throws when the gateway takes no more requests. */
  admit(): void
  onError(error: unknown, requestId: string): void
}

/** What `fetch` hands to every route. */
export interface RouteBindings {
  requestId: string
}

const completionPaths = ['/v1/chat/completions', '/chat/completions']

/** The paths of the gateway. Only GET and POST: some hosts know no other method. */
export function createRoutes(parts: RouteParts): Hono<{ Bindings: RouteBindings }> {
  const { tokens, limits } = parts
  const app = new Hono<{ Bindings: RouteBindings }>()
  const callerOf = (request: Request) => tokens.verify(request.headers.get('authorization'))

  app.use(async (_, next) => {
    parts.admit()
    await next()
  })
  app.get('/health', () => answer({ status: 'ok' }))
  app.get('/v1/models', async c => {
    const { models } = await callerOf(c.req.raw)
    const ids = Object.keys(parts.models).filter(alias => models?.includes(alias) ?? true)
    return answer({ object: 'list', data: ids.map(id => ({ id, object: 'model', created: 0, owned_by: 'sampan' })) })
  })
  app.post('/v1/sign-in', async c => {
    parts.signIns.take('everybody')
    return answer(await signIn(readSignIn(await readJsonObject(c.req.raw, limits.maxBodyBytes)), parts.auth, tokens))
  })
  app.on('POST', completionPaths, async c => {
    const caller = await callerOf(c.req.raw)
    parts.requests.take(caller.userId)
    const body = await readJsonObject(c.req.raw, limits.maxBodyBytes)
    return complete({ request: c.req.raw, body, caller, requestId: c.env.requestId }, parts)
  })
  app.options('*', c => parts.cors.preflight(c.req.raw))
  app.all('*', c => {
    throw notServed(c.req.method, c.req.path)
  })
  app.onError((error, c) => {
    const problem = error instanceof Problem ? error : internal(error, c.env.requestId, parts)
    const isEvent = wantsErrorEvents(c.req.raw) && completionPaths.includes(c.req.path)
    return isEvent ? errorEvents(problem, c.req.raw, c.env.requestId) : errorResponse(problem, c.env.requestId)
  })
  return app
}

function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  })
}

function notServed(method: string, path: string): Problem {
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return new Problem(405, 'invalid_request_error', 'method_not_allowed', 'Only GET and POST are served.', { allow: 'GET, POST' })
  }
  return new Problem(404, 'not_found_error', 'not_found', `There is no ${method} ${path} here.`)
}

// What went wrong inside is for the log of whoever runs the gateway, not for its clients.
function internal(error: unknown, requestId: string, parts: RouteParts): Problem {
  parts.onError(error, requestId)
  return new Problem(500, 'server_error', 'internal_error', 'The gateway failed. Tell its owner the request id.')
}

function errorEvents(problem: Problem, request: Request, requestId: string): Response {
  async function* frames() {
    yield errorFrame(problem, requestId, 1)
  }
  const isAscii = request.headers.get('x-sampan-ascii') === '1'
  return sseResponse(frames(), { heartbeatMs: 60_000, isAscii, isEarly: false, headers: problem.headers, onCancel() {} })
}
