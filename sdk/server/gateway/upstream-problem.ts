import { Problem } from './problem.js'
import type { NamedProvider } from './providers.js'
import { redact } from './redact.js'

const maxErrorChars = 64 * 1024

/** Turns a provider's error answer into ours: same status, message, type and code, without its secrets. */
export async function upstreamProblem(response: Response, text: AsyncIterable<string>, provider: NamedProvider): Promise<Problem> {
  const told = readToldError(await collect(text)) ?? {}
  return toldProblem({ ...told, status: response.status }, provider, response.headers.get('retry-after'))
}

/** What a provider says about an error, in whatever fields it uses. */
export interface ToldError {
  message?: unknown
  type?: unknown
  code?: unknown
  status?: unknown
}

/** The error object of a JSON value, where it holds one. */
export function toldErrorOf(value: unknown): ToldError | undefined {
  const { error } = (value ?? {}) as { error?: ToldError | string | null }
  if (!error) return undefined
  return typeof error === 'object' ? error : { message: error }
}

/** A provider's error as ours. Its words are kept, its secrets and addresses are not. */
export function toldProblem(told: ToldError, { name, secrets }: NamedProvider, retryAfter: string | null = null): Problem {
  const status = [told.status, told.code].map(Number).find(number => number >= 400 && number <= 599) ?? 502
  // To a client 401 means that *its* token is wrong; this one is about the gateway's key. Nor is it a 5xx, which clients send
  // again: until whoever runs the gateway has mended the key, every attempt is refused.
  if (status === 401 || status === 403) {
    const cause = new Error(`The provider "${name}" refuses this gateway: its API key was refused (status ${status}). Nobody is answered by it until the key is mended.`)
    return new Problem('upstream_unauthorized', 'The model provider refused the gateway’s key.', { cause })
  }
  const clean = (value: unknown): string | undefined => {
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value ? redact(value, secrets).slice(0, 2000) : undefined
  }
  const waitSeconds = readRetryAfter(retryAfter)
  return new Problem('upstream_error', clean(told.message) ?? `The model provider answered with an error (status ${status}).`, {
    status,
    type: clean(told.type) ?? (status === 429 ? 'rate_limit_error' : undefined),
    code: clean(told.code),
    // Only whoever runs the gateway can pay.
    ...(status === 402 && { cause: new Error(`The provider "${name}" asks for payment (status 402). Nobody is answered by it until then.`) }),
    ...(waitSeconds !== undefined && { headers: { 'retry-after': String(waitSeconds) } }),
  })
}

/** Reads text up to a limit; the rest is left. */
export async function collect(text: AsyncIterable<string>, maxChars = maxErrorChars): Promise<string> {
  let result = ''
  for await (const piece of text) {
    result += piece
    if (result.length > maxChars) break
  }
  return result
}

/** The error a JSON text tells; some providers put its fields at the top. */
function readToldError(text: string): ToldError | undefined {
  try {
    const body = JSON.parse(text) as (ToldError & { detail?: unknown }) | null
    return toldErrorOf(body) ?? { ...body, message: body?.message ?? body?.detail }
  } catch {
    return undefined
  }
}

// Seconds or a date, by the standard; phones are told seconds only.
function readRetryAfter(value: string | null): number | undefined {
  if (value === null || !value.trim()) return undefined
  const seconds = Number(value)
  if (seconds >= 0) return Math.ceil(seconds)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(1, Math.ceil((at - Date.now()) / 1000))
}
