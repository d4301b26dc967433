import { HIDDEN } from './failures.js'
import { isSampanError, SampanError } from '../errors.js'
import type { Clock, Platform, Stop } from '../platform/platform.js'

/** Attempts without a new frame before an answer is given up. */
const MAX_ATTEMPTS = 6
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 15_000

/** What breaks a connection and says nothing about the answer. */
const BROKEN = /\/(offline|suspended|timeout|failed|truncated)$/

/** When a broken connection is opened again. */
export interface Reconnect {
  /**
   * Takes note of a failed attempt. `undefined`: another follows. Else the error to end with.
   *
   * @param hasFrames whether anything ever came of the answer.
   */
  lost(error: unknown, hasFrames: boolean): unknown
  /** A new frame came: the connection works again. */
  progress(): void
  stop: Stop
}

/**
 * Opens a broken connection again: after a growing time, at once when the network or the app comes back. An app that is
 * hidden does not try; where the host is known to cut the requests of hidden apps, the connection is left before it does.
 *
 * @param leave leaves the connection there is, without a word, and says whether there was one.
 * @param attempt opens another.
 */
export function createReconnect(platform: Platform, clock: Clock, leave: () => boolean, attempt: () => void): Reconnect {
  let attempts = 0
  let isHidden = false
  /** Why there is no connection, while there is none. What the server says to an attempt to go on is not why. */
  let why: unknown
  let stopTimer: Stop | undefined

  const retry = (): void => {
    if (why === undefined || isHidden) return
    if (stopTimer) stopTimer()
    stopTimer = undefined
    attempt()
  }
  const stopSignals = platform.onSignal(signal => {
    if (signal === 'hide') {
      isHidden = true
      if (platform.capabilities.hiddenMs !== undefined && leave()) why = new SampanError('transport/suspended', HIDDEN, { retryable: true })
    } else if (signal === 'show') {
      isHidden = false
      retry()
    } else if (signal === 'online' && stopTimer) retry()
  })
  return {
    lost(error, hasFrames) {
      const isBroken = isSampanError(error) && BROKEN.test(error.code)
      // Where nothing at all has come, it may never have got there; and what was not sent is not asked for.
      const mayBeThere = hasFrames || why !== undefined || (isBroken && error.details.phase !== 'connect' && error.details.phase !== 'sign-in')
      if (!isBroken || !mayBeThere || ++attempts > MAX_ATTEMPTS) return why || error
      why = why || error
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS) * (0.5 + Math.random() / 2)
      if (!isHidden) stopTimer = clock.setTimer(delayMs, retry)
      return undefined
    },
    progress() {
      attempts = 0
      why = undefined
    },
    stop() {
      stopSignals()
      if (stopTimer) stopTimer()
    },
  }
}
