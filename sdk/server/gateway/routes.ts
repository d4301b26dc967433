import { Hono } from 'hono'
import { type AgentContext, runAgent, runPath } from './agents/agent-runs.js'
import { type CompletionCall, wantsAscii, wantsErrorEvents } from './completion-call.js'
import { complete } from './completions.js'
import type { CorsPolicy } from './cors.js'
import { exportFeedback, type FeedbackContext, writeFeedback } from './feedback/feedback-routes.js'
import type { RateLimiter } from './limits.js'
import type { AuthOptions } from './options.js'
import { cancelLog, eraseUser, readLog } from './log-routes.js'
import { errorResponse, Problem, toProblem } from './problem.js'
import { errorFrame } from './relay.js'
import { readJsonObject } from './request-body.js'
import { readSignIn, signIn } from './sign-in.js'
import type { SignInLimiter } from './sign-in-limiter.js'
import { sseResponse } from './sse-response.js'
import { deleteThread, listThreads, readThread, type ThreadContext, writeThread } from './threads/thread-routes.js'
import type { TokenIssuer } from './tokens.js'

/** The parts the routes are wired to. */
export interface RouteParts extends AgentContext, FeedbackContext, ThreadContext {
  auth: AuthOptions
  tokens: TokenIssuer
  cors: CorsPolicy
  signIns: SignInLimiter
  requests: RateLimiter
  logReads: RateLimiter
  /** Throws when the gateway takes no more requests. */
  admit(): void
}

/** Where completions are asked for. */
export const completionPaths = ['/v1/chat/completions', '/chat/completions']

/** The paths of the gateway, as one function that never fails. Only GET and POST: some hosts know no other method. */
export function createRoutes(parts: RouteParts): (request: Request, requestId: string) => Promise<Response> {
  const app = createApp(parts)
  return async (request, requestId) => {
    try {
      return await app.fetch(request, { requestId })
    } catch (error) {
      // Hono takes an Error to `onError` and lets anything else through.
      return failed(error, request, requestId, parts)
    }
  }
}

function createApp(parts: RouteParts): Hono<{ Bindings: { requestId: string } }> {
  const { tokens, limits } = parts
  const app = new Hono<{ Bindings: { requestId: string } }>()
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
    parts.signIns.take(c.req.raw)
    return answer(await signIn(readSignIn(await readJsonObject(c.req.raw, limits.maxBodyBytes)), parts.auth, tokens))
  })
  app.on('POST', completionPaths, async c => complete(await readCompletion(c.req.raw, c.env.requestId, parts), parts))
  app.get('/v1/agents', async c => {
    const { agents } = await callerOf(c.req.raw)
    const allowed = Object.entries(parts.agents).filter(([name]) => agents?.includes(name) ?? true)
    return answer({ agents: allowed.map(([name, { agent: { info } }]) => ({ ...info, name })) })
  })
  app.post('/v1/agents/:name/runs', async c => runAgent(await readCompletion(c.req.raw, c.env.requestId, parts), c.req.param('name'), parts))
  app.get('/v1/logs/:id', c => readLog({ request: c.req.raw, requestId: c.env.requestId }, c.req.param('id'), parts))
  app.post('/v1/logs/:id/cancel', c => cancelLog({ request: c.req.raw, requestId: c.env.requestId }, c.req.param('id'), parts))
  app.get('/v1/threads', c => listThreads(c.req.raw, parts))
  app.get('/v1/threads/:id', c => readThread(c.req.raw, c.req.param('id'), parts))
  app.post('/v1/threads/:id', c => writeThread(c.req.raw, c.req.param('id'), parts))
  app.post('/v1/threads/:id/delete', c => deleteThread(c.req.raw, c.req.param('id'), parts))
  app.post('/v1/feedback', c => writeFeedback(c.req.raw, parts))
  app.get('/v1/feedback.jsonl', c => exportFeedback(c.req.raw, parts))
  app.post('/v1/me/erase', c => eraseUser(c.req.raw, parts))
  app.options('*', c => parts.cors.preflight(c.req.raw))
  app.all('*', c => {
    throw notServed(c.req.method, c.req.path)
  })
  app.onError((error, c) => failed(error, c.req.raw, c.env.requestId, parts))
  return app
}

/** Reads a request for a completion: who asks, and for what. */
export async function readCompletion(request: Request, requestId: string, parts: RouteParts): Promise<CompletionCall> {
  const caller = await parts.tokens.verify(request.headers.get('authorization'))
  parts.requests.take(caller.userId)
  return { request, body: await readJsonObject(request, parts.limits.maxBodyBytes), caller, requestId }
}

function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  })
}

function notServed(method: string, path: string): Problem {
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return new Problem('method_not_allowed', 'Only GET and POST are served.', { headers: { allow: 'GET, POST' } })
  }
  return new Problem('not_found', `There is no ${method} ${path.slice(0, 80)} here.`)
}

/** Whatever was thrown, as the client can read it. */
function failed(error: unknown, request: Request, requestId: string, parts: RouteParts): Response {
  const problem = toProblem(error)
  parts.onProblem(problem, requestId)
  const { pathname } = new URL(request.url)
  const isEvent = wantsErrorEvents(request) && (completionPaths.includes(pathname) || runPath.test(pathname) || (request.method === 'GET' && pathname.startsWith('/v1/logs/')))
  if (!isEvent) return errorResponse(problem, requestId)
  async function* frames() {
    // Without a number: a log may have had its first frame before, and a client, or a host that reads on by itself, goes by numbers.
    yield errorFrame(problem, requestId, 0)
  }
  const { headers } = problem
  return sseResponse(frames(), { heartbeatMs: 60_000, isAscii: wantsAscii(request), showsEventsOnly: false, isEarly: false, headers, onCancel() {} })
}
