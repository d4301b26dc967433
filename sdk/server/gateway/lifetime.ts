import { Problem } from './problem.js'

/** The life of one completion. It ends once, by itself or by force; then its slot is given back and its timer is gone. */
export interface Lifetime {
  /** Fires when it is ended by force: the provider's request hangs on it. Its reason is a {@link Problem}. */
  readonly signal: AbortSignal
  /** It has ended, one way or the other. */
  readonly isOver: boolean
  /** Ends it by force: the client left, the gateway closes, or it lasted too long. */
  abort(problem: Problem): void
  /** It came to its end. */
  end(): void
}

/** What a lifetime is bound to. */
export interface LifetimeOptions {
  /** The client's own signal. Absent: it does not end because one client leaves. */
  client?: AbortSignal
  /** Milliseconds it may last. */
  maxMs: number
  /** Where it is listed while it lasts. */
  live: Set<Lifetime>
  /** Called exactly once. */
  release(): void
}

/** Begins a lifetime. */
export function beginLifetime({ client, maxMs, live, release }: LifetimeOptions): Lifetime {
  const controller = new AbortController()
  let isOver = false
  const lifetime: Lifetime = {
    signal: controller.signal,
    get isOver() {
      return isOver
    },
    abort(problem) {
      if (isOver) return
      lifetime.end()
      controller.abort(problem)
    },
    end() {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      client?.removeEventListener('abort', onClientGone)
      live.delete(lifetime)
      release()
    },
  }
  const onClientGone = (): void => lifetime.abort(clientClosed())
  const timer = setTimeout(() => lifetime.abort(new Problem('upstream_timeout', 'The answer took too long.')), maxMs)
  live.add(lifetime)
  if (client?.aborted) onClientGone()
  else client?.addEventListener('abort', onClientGone)
  return lifetime
}

/** The client has gone: an answer that nobody reads. */
export function clientClosed(message = 'The client closed the connection.'): Problem {
  return new Problem('client_closed', message)
}
