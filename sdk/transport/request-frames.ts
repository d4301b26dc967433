import { Observable } from 'rxjs'
import { createBodyReader, type Framing } from './body-reader.js'
import { hostError } from './failures.js'
import { createWatchdog, type Timeouts } from './watchdog.js'
import { SampanError, toSampanError, type ErrorPhase } from '../errors.js'
import type { Clock, Platform, RequestOptions } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'

/** One host request, as frames. */
export interface FrameRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  framing: Framing
  timeouts: Timeouts
  clock: Clock
}

/**
 * Makes a request when subscribed to and aborts it when unsubscribed from. On a host that streams, frames come as they
 * arrive; on any other, and on a host that only claims to, they come at the end: the same frames.
 * Fails with a SampanError; nothing comes after that.
 */
export function requestFrames(platform: Platform, request: FrameRequest): Observable<Frame> {
  return new Observable(subscriber => {
    let phase: ErrorPhase = 'connect'
    let isOver = false
    const canStream = platform.capabilities.stream !== 'none' && request.framing !== 'body'
    const reader = createBodyReader(request.framing, frame => subscriber.next(frame), platform.createTextDecoder?.())
    const finish = (error?: SampanError): void => {
      if (isOver) return
      isOver = true
      if (error) subscriber.error(error)
      else subscriber.complete()
    }
    /** Runs what may throw; what it throws ends the request. */
    const attempt = (work: () => void): boolean => {
      try {
        work()
        return true
      } catch (thrown) {
        finish(toSampanError(thrown, 'protocol/malformed', { phase }))
        return false
      }
    }
    const watchdog = createWatchdog(request.clock, request.timeouts, platform.capabilities.earlyHeaders, (slow, ms) =>
      finish(timeoutError(slow, ms)),
    )
    subscriber.add(watchdog.stop)
    const stop = platform.request(hostOptions(request, canStream), {
      onHead(head) {
        if (isOver) return
        phase = 'first-byte'
        watchdog.head()
        reader.head(head)
      },
      onChunk(chunk) {
        if (isOver) return
        phase = 'stream'
        watchdog.progress()
        attempt(() => reader.chunk(chunk))
      },
      onEnd(end) {
        if (isOver) return
        watchdog.stop()
        const { body } = end
        if (body !== undefined && !reader.hasStarted) {
          reader.head(end)
          if (!attempt(() => reader.chunk(body))) return
        }
        if (attempt(() => reader.end(end))) finish()
      },
      onFail: failure => finish(hostError(failure, phase, request.url)),
    })
    subscriber.add(() => {
      isOver = true
      stop()
    })
  })
}

function hostOptions({ url, method, headers, body, timeouts }: FrameRequest, stream: boolean): RequestOptions {
  return { url, method, headers, body, stream, timeoutMs: timeouts.totalMs || undefined }
}

const WAITED_FOR: Partial<Record<ErrorPhase, string>> = {
  connect: 'No answer of the server',
  'first-byte': 'No byte of the answer',
  stream: 'Nothing more of the answer',
  total: 'No end of the answer',
}

function timeoutError(phase: ErrorPhase, ms: number): SampanError {
  return new SampanError('transport/timeout', WAITED_FOR[phase] + ' came within ' + ms + ' ms.', { phase, retryable: true })
}
