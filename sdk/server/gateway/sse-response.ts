import { type Frame, writeFrame } from './frames.js'

/** How a stream of frames is served. */
export interface SseResponseOptions {
  heartbeatMs: number
  isAscii: boolean
  /** The client's host parses events itself and shows no comments: signs of life are events. */
  showsEventsOnly: boolean
  /** The response begins before the provider has: say something at once. */
  isEarly: boolean
  headers: Record<string, string>
  /** The client has gone. */
  onCancel(): void
}

const sseHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would otherwise collect the stream and deliver it in lumps.
  'x-accel-buffering': 'no',
}
const comment = ': ping\n\n'
const event = 'event: ping\ndata: {}\n\n'

/** Serves frames as server-sent events, with a sign of life whenever nothing was sent for `heartbeatMs`. */
export function sseResponse(frames: AsyncGenerator<Frame, void>, options: SseResponseOptions): Response {
  const encoder = new TextEncoder()
  const heartbeat = options.showsEventsOnly ? event : comment
  const next = patiently(frames, options.heartbeatMs)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (options.isEarly) controller.enqueue(encoder.encode(heartbeat))
    },
    // Pulled, not pushed: a slow client slows the provider down instead of filling our memory.
    async pull(controller) {
      const step = await next()
      if (step === undefined) return controller.enqueue(encoder.encode(heartbeat))
      if (step.done) controller.close()
      else controller.enqueue(encoder.encode(writeFrame(step.value, options.isAscii)))
    },
    cancel: () => options.onCancel(),
  })
  return new Response(body, { headers: { ...sseHeaders, ...options.headers } })
}

/**
 * Gives what comes next, or `undefined` each time that takes longer than `ms`. It is asked for only where it is awaited at
 * once: of one that is left nobody else would hear that it fails.
 */
export function patiently<T>(source: AsyncIterator<T, void>, ms: number): () => Promise<IteratorResult<T, void> | undefined> {
  let pending: Promise<IteratorResult<T, void>> | undefined
  return async () => {
    const step = await within((pending ??= source.next()), ms)
    if (step) pending = undefined
    return step
  }
}

/** What the promise gives, or `undefined` when it takes longer than `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => (timer = setTimeout(() => resolve(undefined), ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
