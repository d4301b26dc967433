import type { PollTicket, LogFrame, LogPage } from '../../protocol/index.js'
import { type CompletionCall, type CompletionContext, wantsAscii, wantsErrorEvents } from './completion-call.js'
import { asciiJson, dataOf, type Frame } from './frames.js'
import { clientClosed } from './lifetime.js'
import type { OpenLog } from './logged-completion.js'
import type { LogReading } from './logs/log-reading.js'
import { endsLog, frameBytes } from './logs/log-store.js'
import { type Problem, toProblem } from './problem.js'
import { errorFrame } from './relay.js'
import { sseResponse, within } from './sse-response.js'

/** What is read a log with: by whom, and how it is told of trouble. */
export type LogAnswerCall = Pick<CompletionCall, 'request' | 'requestId'>
type LogAnswerContext = Pick<CompletionContext, 'heartbeatMs' | 'onProblem'>

/** The most a page holds, in bytes, and the longest a poll waits, in milliseconds: below the limits of every host. */
const maxPageBytes = 1024 * 1024
const maxWaitMs = 30_000

/** Answers a POST whose completion is kept: with a stream, or a ticket where the client said that it will poll. */
export async function answerWithLog(call: CompletionCall, { key, reading }: OpenLog, context: CompletionContext): Promise<Response> {
  const headers = { 'x-sampan-log-id': key.id }
  if (!prefersPolling(call.request)) return answerWithStream(call, reading, context, headers)
  try {
    // Not before the first frame, so that a refusal still has its own status.
    if (!wantsErrorEvents(call.request)) await firstWithin(reading.frames.next(), call.request, context.heartbeatMs)
    context.logs.keep(key)
  } finally {
    reading.leave()
  }
  const ticket: PollTicket = { log: key.id }
  return json(ticket, call.request, 202, headers)
}

/** Answers with the frames of a log as server-sent events. */
export async function answerWithStream(
  { request, requestId }: LogAnswerCall,
  reading: LogReading,
  { heartbeatMs, onProblem }: LogAnswerContext,
  headers: Record<string, string>,
): Promise<Response> {
  const first = reading.frames.next()
  // Awaited further down; a failure before that must not count as unhandled.
  first.catch(() => {})
  const isEarly = wantsErrorEvents(request) || !(await firstWithin(first, request, heartbeatMs))
  const frames = endWithError(first, reading, problem => {
    onProblem(problem, requestId)
    return errorFrame(problem, requestId, 0)
  })
  return sseResponse(frames, { heartbeatMs, isAscii: wantsAscii(request), showsEventsOnly: wantsErrorEvents(request), isEarly, headers, onCancel: () => reading.leave() })
}

/** Answers with what there is of a log: at once, or as soon as there is something. */
export async function answerWithPage(request: Request, reading: LogReading, waitMs: number, gatherMs: number): Promise<Response> {
  try {
    return json(await readPage(reading, Math.min(Math.max(waitMs, gatherMs), maxWaitMs), gatherMs), request, 200)
  } finally {
    reading.leave()
  }
}

/** A frame as sockets and polls have it. */
export function logFrameOf({ seq, lines }: Frame): LogFrame {
  const event = lines.find(line => line.startsWith('event:'))?.replace(/^event: ?/, '')
  return { seq, data: dataOf(lines), ...(event && { event }) }
}

/** An answer in JSON, in ASCII for hosts that damage the rest. */
export function json(value: unknown, request: Request, status = 200, headers: Record<string, string> = {}): Response {
  const text = JSON.stringify(value)
  return new Response(wantsAscii(request) ? asciiJson(text) : text, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

async function readPage(reading: LogReading, waitMs: number, gatherMs: number): Promise<LogPage> {
  const page: LogPage = { frames: [], isDone: false }
  let until = performance.now() + waitMs
  let bytes = 0
  while (!page.isDone && bytes < maxPageBytes) {
    const step = await within(reading.frames.next(), Math.max(0, until - performance.now()))
    if (!step) break
    if (step.done) {
      page.isDone = reading.isComplete
      break
    }
    if (page.frames.length === 0) until = Math.min(until, performance.now() + gatherMs)
    page.frames.push(logFrameOf(step.value))
    page.isDone = endsLog(step.value)
    bytes += frameBytes(step.value)
  }
  return page
}

function prefersPolling(request: Request): boolean {
  return /\brespond-async\b/.test(request.headers.get('prefer') ?? '')
}

/** Waits for the first frame, for a while. Throws what went wrong until then. */
async function firstWithin(first: Promise<IteratorResult<Frame, void>>, { signal }: Request, ms: number): Promise<unknown> {
  const step = await within(first, ms)
  if (step?.done && signal.aborted) throw clientClosed()
  return step
}

async function* endWithError(first: Promise<IteratorResult<Frame, void>>, { frames, leave }: LogReading, say: (problem: Problem) => Frame): AsyncGenerator<Frame, void> {
  try {
    for (let step = await first; !step.done; step = await frames.next()) yield step.value
  } catch (error) {
    yield say(toProblem(error))
  } finally {
    leave()
  }
}
