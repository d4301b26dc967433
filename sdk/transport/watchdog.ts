import { SampanError, type ErrorPhase } from '../errors.js'
import type { Clock, Platform, Stop } from '../platform/platform.js'

/** How long each phase of a request may last, in milliseconds. `0` means no limit. */
export interface Timeouts {
  /** Until status and headers, on hosts that show them before the body. Default 20 000. */
  connectMs: number
  /**
   * Until the first byte of the body. Default 60 000: a model may think before it speaks. Where a stream was asked
   * for and the host hands over nothing before the end, {@link totalMs} counts instead, or if that is 0 ten minutes more;
   * but a gateway that is polled says at once that it has begun, and has this long for it.
   */
  firstByteMs: number
  /** Between two pieces of the body, comments and pings included: some phones never report a dead network. Default 45 000. */
  idleMs: number
  /** The whole request. Default 0: a stream may be long. A host's own ceiling still holds. */
  totalMs: number
  /** How long whoever cancels waits for the server to say that it has stopped. It is told all the same. Default 3000. */
  cancelMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 20_000, firstByteMs: 60_000, idleMs: 45_000, totalMs: 0, cancelMs: 3000 }

/** How long an answer is waited for where nobody says for how long it may last, in milliseconds. */
export const LONGEST_MS = 600_000

/** What is known of a request under way. */
export interface Watchdog {
  /** How far it has come: `connect`, `first-byte`, `stream`. */
  readonly phase: ErrorPhase
  /** Whether the app was away since the request last gave a sign of life. */
  readonly wasHidden: boolean
  /** Something arrived, and the request is in this phase now. Costs no timer, so it may be called for every piece. */
  reach(phase: ErrorPhase): void
  stop: Stop
}

/**
 * Watches one request, and fails it once a phase takes too long. It also knows of the app being hidden: a hidden app is
 * frozen or cut off after some seconds, and what a host says of a request it has cut, if it says anything, is often a
 * timeout or nothing more than that it failed.
 *
 * @param limitsFirstByte whether {@link Timeouts.firstByteMs} counts. Asked late, because some hosts show only then that
 *   they hand over nothing before the end.
 */
export function createWatchdog(
  platform: Platform,
  { connectMs, firstByteMs, idleMs, totalMs }: Timeouts,
  clock: Clock,
  limitsFirstByte: () => boolean,
  fail: (error: SampanError) => void,
): Watchdog {
  let phase: ErrorPhase = 'connect'
  let isHidden = false
  let wasHidden = false
  let lastAt = 0
  const stops = [
    platform.onSignal(signal => {
      if (signal === 'hide') isHidden = wasHidden = true
      if (signal === 'show') isHidden = false
    }),
  ]
  const arm = (ms: number, due: () => void): void => {
    if (ms > 0) stops.push(clock.setTimer(ms, due))
  }
  const timeOut = (late: ErrorPhase, ms: number): void => fail(timeoutError(late, ms))
  const watchTotal = (ms: number): void => arm(ms, () => timeOut('total', ms))
  // One timer looks at the time of the last piece, instead of one timer a piece.
  const watchIdle = (ms: number): void =>
    arm(ms, () => {
      const left = lastAt + idleMs - clock.now()
      if (left > 0) watchIdle(left)
      else timeOut('stream', idleMs)
    })

  if (platform.capabilities.earlyHeaders) arm(connectMs, () => phase === 'connect' && timeOut(phase, connectMs))
  arm(firstByteMs, () => {
    if (phase === 'stream') return
    if (limitsFirstByte()) timeOut('first-byte', firstByteMs)
    else if (!totalMs) watchTotal(LONGEST_MS)
  })
  watchTotal(totalMs)
  return {
    get phase() {
      return phase
    },
    get wasHidden() {
      return wasHidden
    },
    reach(next) {
      wasHidden = isHidden
      lastAt = clock.now()
      if (next !== phase && next === 'stream') watchIdle(idleMs)
      phase = next
    },
    stop: () => stops.forEach(stop => stop()),
  }
}

/** What a phase that took too long means. */
export function timeoutError(phase: ErrorPhase, ms: number): SampanError {
  return new SampanError('transport/timeout', 'Nothing came within ' + ms + ' ms (' + phase + ')', { phase, retryable: true })
}
