import { requestFrames, type FrameRequest } from './request-frames.js'
import type { SampanError } from '../errors.js'
import type { Platform } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { Hop } from '../protocol/hop.js'
import { parseJson } from '../protocol/json.js'

/** For how long a server may have a log, in milliseconds: after that there is nothing left to stop. */
const KEPT_MS = 3600_000
/** After some time without a reader a gateway stops by itself: no timer is set that goes beyond. */
const LONGEST_DELAY_MS = 32_000

/**
 * Tells the server that nobody wants the rest of an answer, so that the model stops. Where that does not get there it is
 * told again: for a minute after times that double, for an hour when the network or the app comes back. Nobody should pay
 * for an answer that nobody reads.
 *
 * @returns whether the server has said, within `cancelMs`, that it is over. Never rejects.
 */
export function tellCancelled(platform: Platform, request: FrameRequest): PromiseLike<boolean> {
  return new Promise(resolve => {
    const { clock, timeouts: { cancelMs } } = request
    const givenUpAt = clock.now() + KEPT_MS
    let delayMs = 1000
    const stopDeadline = cancelMs > 0 && clock.setTimer(cancelMs, () => resolve(false))
    const end = (isOver: boolean): void => {
      if (stopDeadline) stopDeadline()
      resolve(isOver)
    }
    const tell = (): void => {
      let isOver: boolean
      const heard = new Hop<Frame>({
        // A gateway says where the end was not confirmed. Anyone else says nothing that we know.
        next: ({ data }) => (isOver = (Object(parseJson(data)) as { isDone?: boolean }).isDone !== false),
        error({ retryable }: SampanError) {
          if (!retryable) return end(false)
          const again = (): void => {
            if (stopTimer) stopTimer()
            stopSignals()
            if (clock.now() < givenUpAt) tell()
            else end(false)
          }
          const stopTimer = delayMs <= LONGEST_DELAY_MS && clock.setTimer(delayMs, again)
          const stopSignals = platform.onSignal(signal => /online|show/.test(signal) && again())
          delayMs *= 2
        },
        complete: () => end(isOver),
      })
      requestFrames(platform, request).subscribe(heard)
    }
    tell()
  })
}
