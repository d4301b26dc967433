import { Problem } from './problem.js'
import type { Provider } from './providers.js'

const maxErrorLength = 64 * 1024

/** Turns a provider's error answer into ours: same status, message, type and code, without its secrets. */
export async function upstreamProblem(response: Response, text: AsyncIterable<string>, provider: Provider): Promise<Problem> {
  const { status } = response
  // To a client 401 means that *its* token is wrong; this one is about the gateway's key.
  if (status === 401 || status === 403) {
    return new Problem(502, 'upstream_error', 'upstream_unauthorized', 'The model provider refused the gateway’s key.')
  }
  const { message, type, code } = readError(await collect(text))
  const retryAfter = response.headers.get('retry-after')
  return new Problem(
    status < 400 ? 502 : status,
    clean(type, provider) ?? (status === 429 ? 'rate_limit_error' : 'upstream_error'),
    clean(code, provider) ?? 'upstream_error',
    clean(message, provider) ?? `The model provider answered with status ${status}.`,
    retryAfter && /^[\w ,:+-]{1,40}$/.test(retryAfter) ? { 'retry-after': retryAfter } : {},
  )
}

/** Takes words out of a text that must not leave the gateway. */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text
  for (const secret of secrets) if (secret.length >= 4) result = result.replaceAll(secret, '[redacted]')
  // Providers echo keys shortened (`sk-ab…yz`), which no comparison finds.
  return result.replace(/\bsk-[\w*.…-]{4,}/g, '[redacted]')
}

function clean(value: unknown, provider: Provider): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || !value) return undefined
  return redact(value, provider.secrets).slice(0, 2000)
}

async function collect(text: AsyncIterable<string>): Promise<string> {
  let result = ''
  for await (const piece of text) {
    result += piece
    if (result.length > maxErrorLength) break
  }
  return result
}

function readError(text: string): { message?: unknown; type?: unknown; code?: unknown } {
  try {
    const body = JSON.parse(text) as Record<string, unknown>
    const error = (body.error ?? body) as Record<string, unknown> | string
    return typeof error === 'string' ? { message: error } : { message: error.message ?? body.detail, type: error.type, code: error.code }
  } catch {
    return {}
  }
}
