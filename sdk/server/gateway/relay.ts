import { type Frame } from './frames.js'
import type { Lifetime } from './lifetime.js'
import { errorBody, type ErrorBody, type Problem, toProblem } from './problem.js'

/** What {@link relayFrames} passes on. */
export interface RelayOptions {
  events: AsyncGenerator<string[], void>
  /** The first event, asked for already. */
  first: Promise<IteratorResult<string[], void>>
  lifetime: Lifetime
  requestId: string
  /** Told of every problem that ends the stream. */
  onProblem(problem: Problem): void
}

/**
 * Events as numbered frames. It never throws: whatever goes wrong becomes one last `event: error` frame, so that a
 * client can tell a failure from an end. The lifetime ends with it.
 */
export async function* relayFrames({ events, first, lifetime, requestId, onProblem }: RelayOptions): AsyncGenerator<Frame, void> {
  let seq = 0
  try {
    for (let step = await first; !step.done; step = await events.next()) yield { seq: ++seq, lines: step.value }
  } catch (error) {
    const problem = toProblem(error)
    onProblem(problem)
    lifetime.abort(problem)
    yield errorFrame(problem, requestId, ++seq)
  } finally {
    lifetime.end()
  }
}

/** An error as the last frame of a stream. The status stands in it, because the response's own is 200 by then. */
export function errorFrame(problem: Problem, requestId: string, seq: number): Frame {
  const body: ErrorBody & { error: { status: number; retryAfter?: number } } = {
    error: { ...errorBody(problem, requestId).error, status: problem.status },
  }
  const retryAfter = Number(problem.headers['retry-after'])
  if (retryAfter > 0) body.error.retryAfter = retryAfter
  return { seq, lines: ['event: error', `data: ${JSON.stringify(body)}`] }
}
