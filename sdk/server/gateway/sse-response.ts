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
  let pending: Promise<IteratorResult<Frame, void>> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (options.isEarly) controller.enqueue(encoder.encode(heartbeat))
    },
    // Pulled, not pushed: a slow client slows the provider down instead of filling our memory.
    async pull(controller) {
      pending ??= frames.next()
      const step = await within(pending, options.heartbeatMs)
      if (step === undefined) return controller.enqueue(encoder.encode(heartbeat))
      pending = undefined
      if (step.done) controller.close()
      else controller.enqueue(encoder.encode(writeFrame(step.value, options.isAscii)))
    },
    cancel: () => options.onCancel(),
  })
  return new Response(body, { headers: { ...sseHeaders, ...options.headers } })
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
