import type { Limits } from './options.js'
import { Problem } from './problem.js'
import type { Provider } from './providers.js'
import { redact, upstreamProblem } from './upstream-problem.js'

/** One call to a provider that has begun to answer. */
export interface UpstreamAnswer {
  readonly contentType: string
  /** The body as text, in the pieces it comes in. Stops with a {@link Problem} when the provider fails. */
  text(): AsyncGenerator<string, void>
}

/**
 * Calls a provider and waits for the first byte of its body. Throws a {@link Problem} when the provider refuses, is
 * silent for too long or cannot be reached. `abort` ends it at any time; its reason tells why.
 */
export async function callProvider(
  provider: Provider,
  body: Record<string, unknown>,
  limits: Limits,
  abort: AbortController,
): Promise<UpstreamAnswer> {
  const guarded = guard(provider, abort)
  const response = await guarded(provider.complete(body, abort.signal), limits.firstByteTimeoutMs)
  const reader = response.body?.getReader()
  const read = (ms: number) => guarded(reader ? reader.read() : Promise.resolve({ done: true as const, value: undefined }), ms)
  const first = await read(limits.firstByteTimeoutMs)

  async function* text(): AsyncGenerator<string, void> {
    const decoder = new TextDecoder()
    for (let step = first; ; step = await read(limits.idleTimeoutMs)) {
      if (step.done) break
      yield decoder.decode(step.value, { stream: true })
    }
    yield decoder.decode()
  }
  if (!response.ok) throw await upstreamProblem(response, text(), provider)
  return { contentType: response.headers.get('content-type') ?? '', text }
}

/** Wraps each wait for the provider: it ends on abort even if the provider ignores the signal, and it ends in time. */
function guard(provider: Provider, abort: AbortController) {
  return async <T>(work: Promise<T>, timeoutMs: number): Promise<T> => {
    const timeout = new Problem(504, 'upstream_error', 'upstream_timeout', 'The model did not answer in time.')
    const timer = setTimeout(() => abort.abort(timeout), timeoutMs)
    let onAbort = (): void => {}
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(abort.signal.reason)
      if (abort.signal.aborted) onAbort()
      else abort.signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([work, aborted])
    } catch (error) {
      work.catch(() => {})
      if (abort.signal.aborted) throw abort.signal.reason
      if (error instanceof Problem) throw error
      throw unreachable(error, provider)
    } finally {
      clearTimeout(timer)
      abort.signal.removeEventListener('abort', onAbort)
    }
  }
}

function unreachable(error: unknown, provider: Provider): Problem {
  const code = (error as { cause?: { code?: unknown } })?.cause?.code
  const detail = typeof code === 'string' ? ` (${redact(code, provider.secrets)})` : ''
  return new Problem(502, 'upstream_error', 'upstream_unreachable', `The connection to the model failed${detail}.`)
}
