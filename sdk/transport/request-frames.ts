import { Observable } from 'rxjs'
import { createBodyReader, type Framing } from './body-reader.js'
import { hostError, locate, textDamaged } from './failures.js'
import { createWatchdog, LONGEST_MS, type Timeouts } from './watchdog.js'
import { toSampanError, type ErrorPhase, type SampanError } from '../errors.js'
import type { Clock, HostChunk, Platform, RequestHandlers } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'

/** One host request, as frames. */
export interface FrameRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  framing: Framing
  /** Take the answer whole, also where the host streams: because that turned out not to work. */
  isWhole?: boolean
  timeouts: Timeouts
  clock: Clock
}

/**
 * Makes a request when subscribed to and aborts it when unsubscribed from. On a host that streams, frames come as they
 * arrive; on any other, and on a host that only claims to, they come at the end: the same frames.
 * Fails with a SampanError; nothing comes after that.
 */
export function requestFrames(platform: Platform, { url, method, headers, body, framing, isWhole, timeouts, clock }: FrameRequest): Observable<Frame> {
  return new Observable(subscriber => {
    const { capabilities } = platform
    const isBody = framing === 'body'
    const mayStream = (): boolean => !isWhole && capabilities.stream !== 'none'
    const stream = !isBody && mayStream()
    // False from the host's end or failure on: then there is nothing left to abort.
    let isOpen = true
    const fail = (error: SampanError): void => subscriber.error(locate(error, watchdog.phase, reader.known, watchdog.wasHidden))
    const reader = createBodyReader(framing, frame => subscriber.next(frame), platform.createTextDecoder && platform.createTextDecoder())
    // An answer that is asked for as a stream may last; a body is what somebody waits for.
    const watchdog = createWatchdog(platform, timeouts, clock, () => isBody || mayStream(), fail)
    subscriber.add(watchdog.stop)

    /** Takes what the host reports, while anybody listens. What that throws ends the request. */
    const take = <T>(phase: ErrorPhase, read: (report: T) => void, report: T): void => {
      if (subscriber.closed) return
      try {
        watchdog.reach(phase)
        read(report)
      } catch (thrown) {
        fail(toSampanError(thrown, 'protocol/malformed'))
      }
    }
    const readChunk = (chunk: HostChunk): void => {
      if (stream && capabilities.stream === 'text' && /^\uFFFD|\uFFFD$/.test(chunk as string)) throw textDamaged()
      reader.chunk(chunk)
    }
    const handlers: RequestHandlers = {
      onHead: head => take('first-byte', reader.head, head),
      onChunk: chunk => take('stream', readChunk, chunk),
      onEnd(end) {
        isOpen = false
        take('stream', reader.head, end)
        take('stream', reader.end, end)
        subscriber.complete()
      },
      onFail(failure) {
        isOpen = false
        fail(hostError(failure, watchdog.phase, url))
      },
    }
    // A host with a ceiling has a default that may lie far below it. The adapter cuts what is too much.
    const timeoutMs = timeouts.totalMs || (capabilities.maxRequestMs && Math.max(LONGEST_MS, capabilities.maxRequestMs))
    const options = { url, method, headers, body, stream, timeoutMs }
    const stop =
      stream && capabilities.stream === 'events' && platform.openEventSource
        ? platform.openEventSource(options, handlers)
        : platform.request(options, handlers)
    // The host may have answered before it returned.
    subscriber.add(() => isOpen && stop())
  })
}
