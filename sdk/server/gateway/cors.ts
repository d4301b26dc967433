import type { GatewayOptions } from './options.js'
import { Problem } from './problem.js'

const allowedHeader = /^(authorization|content-type|accept|prefer|last-event-id|x-sampan-[a-z-]+)$/
const exposedHeaders = 'x-request-id, retry-after, x-sampan-log-id'

/** Which web origins may read answers. */
export interface CorsPolicy {
  /** Answers a preflight. Throws a 403 for an origin that is not listed. */
  preflight(request: Request): Response
  /** The headers an answer to this request needs; none for callers that are not web pages, or not listed. */
  headers(request: Request): Record<string, string>
}

/** An allow-list; in development every loopback origin is on it. Mini-programs send no `Origin` and need none of this. */
export function createCorsPolicy(options: Pick<GatewayOptions, 'cors' | 'auth'>): CorsPolicy {
  const origins = new Set(options.cors?.origins ?? [])
  const isDevelopment = (options.auth?.mode ?? 'development') === 'development'
  const isAllowed = (origin: string) => origins.has(origin) || (isDevelopment && isLoopback(origin))

  const headers = (request: Request): Record<string, string> => {
    const origin = request.headers.get('origin')
    if (!origin) return {}
    if (!isAllowed(origin)) return { vary: 'origin' }
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders, vary: 'origin' }
  }
  return {
    headers,
    preflight(request) {
      const origin = request.headers.get('origin')
      if (!origin || !isAllowed(origin)) {
        throw new Problem('origin_not_allowed', 'This origin is not in `cors.origins`.')
      }
      const wanted = (request.headers.get('access-control-request-headers') ?? '').split(',').map(name => name.trim().toLowerCase())
      return new Response(null, {
        status: 204,
        headers: {
          ...headers(request),
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': wanted.filter(name => allowedHeader.test(name)).join(', '),
          'access-control-max-age': '600',
        },
      })
    },
  }
}

function isLoopback(origin: string): boolean {
  return /^https?:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin)
}
