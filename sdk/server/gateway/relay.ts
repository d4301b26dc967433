import { type Frame } from './frames.js'
import type { Lifetime } from './lifetime.js'
import { errorBody, type ErrorBody, type Problem, toProblem } from './problem.js'

/** How a problem reads as the last frame of a stream: its lines. */
export type ErrorLines = (problem: Problem, requestId: string) => string[]

/** What {@link relayFrames} passes on. */
export interface RelayOptions {
  events: AsyncGenerator<string[], void>
  /** The first event, asked for already. */
  first: Promise<IteratorResult<string[], void>>
  lifetime: Lifetime
  requestId: string
  /** Default: {@link errorLines}. */
  errorLines?: ErrorLines | undefined
  /** Told of every problem that ends the stream. */
  onProblem(problem: Problem): void
}

/**
 * Events as numbered frames. It never throws: whatever goes wrong becomes one last `event: error` frame, so that a
 * client can tell a failure from an end. The lifetime ends with it.
 */
export async function* relayFrames({ events, first, lifetime, requestId, errorLines: say = errorLines, onProblem }: RelayOptions): AsyncGenerator<Frame, void> {
  let seq = 0
  try {
    for (let step = await first; !step.done; step = await events.next()) yield { seq: ++seq, lines: step.value }
  } catch (error) {
    const problem = toProblem(error)
    onProblem(problem)
    lifetime.abort(problem)
    yield { seq: ++seq, lines: say(problem, requestId) }
  } finally {
    lifetime.end()
  }
}

/** An error as the last frame of a stream. The status stands in it, because the response's own is 200 by then. */
export function errorFrame(problem: Problem, requestId: string, seq: number): Frame {
  return { seq, lines: errorLines(problem, requestId) }
}

/** The lines of {@link errorFrame}. */
export function errorLines(problem: Problem, requestId: string): string[] {
  return ['event: error', `data: ${JSON.stringify(frameBody(problem, requestId))}`]
}

/** An error of the gateway as the end of a run: what AG-UI's clients understand, and besides what ours do. */
export const runErrorLines: ErrorLines = (problem, requestId) => {
  const { message, code } = problem
  return ['event: error', `data: ${JSON.stringify({ type: 'RUN_ERROR', message, code, ...frameBody(problem, requestId) })}`]
}

/** What an error that stands in a stream says: what its response would have said, and its status. */
function frameBody(problem: Problem, requestId: string): ErrorBody {
  const body: ErrorBody & { error: { status: number; retryAfter?: number } } = {
    error: { ...errorBody(problem, requestId).error, status: problem.status },
  }
  const retryAfter = Number(problem.headers['retry-after'])
  if (retryAfter > 0) body.error.retryAfter = retryAfter
  return body
}
