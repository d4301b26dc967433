import { createSseSplitter, type Frame, isDone, isFinish } from './frames.js'
import { type ErrorBody, errorBody, Problem } from './problem.js'
import type { UpstreamAnswer } from './upstream.js'

/**
 * A provider's stream as numbered frames. It never throws: whatever goes wrong becomes one last `event: error` frame,
 * so that a client can tell a failure from an end. Nothing is said when the client itself has gone.
 */
export async function* relayFrames(
  upstream: Promise<UpstreamAnswer>,
  abort: AbortController,
  requestId: string,
): AsyncGenerator<Frame, void> {
  let seq = 0
  try {
    for await (const lines of events(await upstream)) yield { seq: ++seq, lines }
  } catch (error) {
    if (abort.signal.aborted && !(abort.signal.reason instanceof Problem)) return
    const problem = error instanceof Problem ? error : truncated()
    yield errorFrame(problem, requestId, ++seq)
  } finally {
    abort.abort()
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

async function* events(answer: UpstreamAnswer): AsyncGenerator<string[], void> {
  if (!answer.contentType.includes('text/event-stream')) {
    throw new Problem(502, 'upstream_error', 'upstream_not_a_stream', 'The model provider did not answer with a stream.')
  }
  const splitter = createSseSplitter()
  let isComplete = false
  for await (const text of answer.text()) {
    for (const lines of splitter.push(text)) {
      yield lines
      if (isDone(lines)) return
      isComplete ||= isFinish(lines)
    }
  }
  // Some providers close after the finish reason without `[DONE]`. Anything shorter was cut off.
  if (!isComplete) throw truncated()
}

function truncated(): Problem {
  return new Problem(502, 'upstream_error', 'upstream_truncated', 'The model provider broke off in the middle of its answer.')
}
