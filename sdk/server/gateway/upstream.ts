import type { Lifetime } from './lifetime.js'
import type { Limits } from './options.js'
import { Problem } from './problem.js'
import type { NamedProvider } from './providers.js'
import { redact } from './redact.js'
import { upstreamProblem } from './upstream-problem.js'

/** One call to a provider that has begun to answer. */
export interface UpstreamAnswer {
  readonly contentType: string
  /** The body as text, in the pieces it comes in. Stops with a {@link Problem} when the provider fails. */
  text(): AsyncGenerator<string, void>
  /** Nothing more is wanted of a body that has come to its end, so that its connection can serve the next call. */
  leave(): void
}

/** How long after its end a body may still hold its connection, in milliseconds. */
const leaveMs = 1000

/**
 * Calls a provider and waits for the first byte of its body. Throws a {@link Problem} when the provider refuses, is
 * silent for too long or cannot be reached.
 */
export async function callProvider(
  provider: NamedProvider,
  body: Record<string, unknown>,
  limits: Limits,
  lifetime: Lifetime,
): Promise<UpstreamAnswer> {
  // Apart from the lifetime's: a call is also aborted after a completion has come to its end.
  const call = new AbortController()
  const onEnd = (): void => call.abort(lifetime.signal.reason)
  lifetime.signal.addEventListener('abort', onEnd, { once: true })
  if (lifetime.signal.aborted) onEnd()
  const wait = createWait(provider, lifetime, call)
  const until = performance.now() + limits.firstByteTimeoutMs
  try {
    const response = await wait(() => provider.complete(body, call.signal), limits.firstByteTimeoutMs, unreachable)
    const reader = response.body?.getReader()
    // Node's fetch holds its signal weakly: once garbage was collected, an abort no longer reaches a body that waits to
    // be read. Cancelling the body does.
    call.signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}), { once: true })
    const read = reader ? () => reader.read() : async () => ({ done: true as const, value: undefined })
    const first = await wait(read, until - performance.now(), unreachable)
    const text = () => decode(first, () => wait(read, limits.idleTimeoutMs, truncated))
    if (!response.ok) throw await upstreamProblem(response, text(), provider)
    return { contentType: response.headers.get('content-type') ?? '', text, leave: () => void leave(read, call) }
  } catch (error) {
    call.abort(error)
    throw error
  }
}

type Read = () => Promise<ReadableStreamReadResult<Uint8Array>>

async function* decode(first: ReadableStreamReadResult<Uint8Array>, read: Read): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  for (let step = first; !step.done; step = await read()) yield decoder.decode(step.value, { stream: true })
  yield decoder.decode()
}

async function leave(read: Read, call: AbortController): Promise<void> {
  const timer = setTimeout(() => call.abort(), leaveMs)
  timer.unref()
  try {
    while (!(await read()).done);
  } catch {
    // It was over for the client already.
  }
  clearTimeout(timer)
}

/** Wraps each wait for the provider: it ends with the lifetime even if the provider ignores the signal, and in time. */
function createWait(provider: NamedProvider, { signal }: Lifetime, call: AbortController) {
  return async <T>(work: () => Promise<T>, timeoutMs: number, failed: (error: unknown, provider: NamedProvider) => Problem): Promise<T> => {
    let stop = (): void => {}
    const ended = new Promise<never>((_, reject) => {
      const onEnd = (): void => reject(signal.reason)
      const timer = setTimeout(() => reject(new Problem('upstream_timeout', 'The model did not answer in time.')), Math.max(0, timeoutMs))
      signal.addEventListener('abort', onEnd, { once: true })
      if (signal.aborted) onEnd()
      stop = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onEnd)
      }
    })
    try {
      // In a promise of its own, so that a provider that throws at once fails like one that rejects.
      const result = (async () => work())()
      result.catch(() => {})
      return await Promise.race([result, ended])
    } catch (error) {
      const problem = signal.aborted ? (signal.reason as Problem) : error instanceof Problem ? error : failed(error, provider)
      call.abort(problem)
      throw problem
    } finally {
      stop()
    }
  }
}

function unreachable(error: unknown, provider: NamedProvider): Problem {
  const code = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code
  const detail = typeof code === 'string' ? ` (${redact(code, provider.secrets)})` : ''
  return new Problem('upstream_unreachable', `The connection to the model failed${detail}.`, { cause: error ?? new Error('no reason given') })
}

/** The provider broke off in the middle of its answer. */
export function truncated(): Problem {
  return new Problem('upstream_truncated', 'The model provider broke off in the middle of its answer.')
}
