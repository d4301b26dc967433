import { Observable, type Subscriber } from 'rxjs'
import { createBodyReader, type Framing } from './body-reader.js'
import { hostError, locate } from './failures.js'
import { watchHiding } from './watch-hiding.js'
import { createWatchdog, timeoutError, type Timeouts } from './watchdog.js'
import { toSampanError, type ErrorPhase, type SampanError } from '../errors.js'
import type { Clock, Platform, RequestHandlers, RequestOptions } from '../platform/platform.js'
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
    const canStream = platform.capabilities.stream !== 'none' && request.framing !== 'body'
    const { handlers, isOpen } = listen(platform, request, subscriber)
    const options = hostOptions(platform, request, canStream)
    const stop =
      canStream && platform.capabilities.stream === 'events' && platform.openEventSource
        ? platform.openEventSource(options, handlers)
        : platform.request(options, handlers)
    // The host may have answered before it returned.
    subscriber.add(() => isOpen() && stop())
  })
}

/** What the host reports, as frames and as at most one error. Released with the subscriber. */
function listen(platform: Platform, request: FrameRequest, subscriber: Subscriber<Frame>): { handlers: RequestHandlers; isOpen: () => boolean } {
  const { clock, timeouts, framing, url } = request
  let phase: ErrorPhase = 'connect'
  // False from the host's end or failure on: then there is nothing left to abort.
  let isOpen = true
  const reader = createBodyReader(framing, frame => subscriber.next(frame), platform.createTextDecoder?.())
  const hiding = watchHiding(platform)
  const fail = (error: SampanError): void => subscriber.error(locate(error, phase, reader.known, hiding.wasHidden))
  const watchdog = createWatchdog(clock, timeouts, platform.capabilities.earlyHeaders, (slow, ms) => fail(timeoutError(slow, ms)))
  subscriber.add(watchdog.stop)
  subscriber.add(hiding.stop)

  /** Runs what may throw, while anybody listens. What it throws ends the request. */
  const attempt = (work: () => void): void => {
    try {
      if (!subscriber.closed) work()
    } catch (thrown) {
      fail(toSampanError(thrown, 'protocol/malformed'))
    }
  }
  const alive = (next: ErrorPhase): void => {
    phase = next
    hiding.alive()
  }
  const handlers: RequestHandlers = {
    onHead: head =>
      attempt(() => {
        alive('first-byte')
        watchdog.head()
        reader.head(head)
      }),
    onChunk: chunk =>
      attempt(() => {
        alive('stream')
        watchdog.progress()
        reader.chunk(chunk)
      }),
    onEnd(end) {
      isOpen = false
      watchdog.stop()
      attempt(() => reader.head(end))
      const { body } = end
      // A host that held the body back until here; where pieces came, it is those again.
      if (body !== undefined && !reader.hasStarted) attempt(() => reader.chunk(body))
      attempt(() => {
        reader.end()
        subscriber.complete()
      })
    },
    onFail(failure) {
      isOpen = false
      attempt(() => fail(hostError(failure, phase, url)))
    },
  }
  return { handlers, isOpen: () => isOpen }
}

/** What is asked of a host that ends requests by itself where nobody says for how long they may last. */
const LONGEST_MS = 600_000

function hostOptions({ capabilities }: Platform, { url, method, headers, body, timeouts }: FrameRequest, stream: boolean): RequestOptions {
  // A host with a ceiling has a default that may lie far below it. The adapter cuts what is too much.
  const longestMs = capabilities.maxRequestMs === undefined ? undefined : Math.max(LONGEST_MS, capabilities.maxRequestMs)
  return { url, method, headers, body, stream, timeoutMs: timeouts.totalMs || longestMs }
}
