import { SampanError, type ErrorPhase } from '../errors.js'
import type { Clock, Stop } from '../platform/platform.js'

/** How long each phase of a request may last, in milliseconds. `0` means no limit. */
export interface Timeouts {
  /** Until status and headers, on hosts that show them before the body. Default 20 000. */
  connectMs: number
  /**
   * Until the first byte of the body, which on a host that does not stream is the whole body. Default 60 000: a model may
   * think before it speaks.
   */
  firstByteMs: number
  /** Between two pieces of the body, comments and pings included: some phones never report a dead network. Default 45 000. */
  idleMs: number
  /** The whole request. Default 0: a stream may be long. A host's own ceiling still holds. */
  totalMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 20_000, firstByteMs: 60_000, idleMs: 45_000, totalMs: 0 }

export interface Watchdog {
  /** Status and headers are there. */
  head(): void
  /** Something arrived. Costs no timer, so it may be called for every piece. */
  progress(): void
  stop: Stop
}

/** Watches one request; calls back once, with the phase that took too long. */
export function createWatchdog(
  clock: Clock,
  timeouts: Timeouts,
  hasEarlyHead: boolean,
  onTimeout: (phase: ErrorPhase, ms: number) => void,
): Watchdog {
  let lastAt = 0
  let hasStarted = false
  let isOver = false
  const stops: Stop[] = []
  const stop = (): void => {
    isOver = true
    stops.forEach(stopTimer => stopTimer())
  }
  const timeOut = (phase: ErrorPhase, ms: number): void => {
    if (isOver) return
    stop()
    onTimeout(phase, ms)
  }
  const arm = (phase: ErrorPhase, ms: number): Stop => {
    const stopTimer = ms > 0 ? clock.setTimer(ms, () => timeOut(phase, ms)) : () => {}
    stops.push(stopTimer)
    return stopTimer
  }
  const stopConnect = hasEarlyHead ? arm('connect', timeouts.connectMs) : () => {}
  const stopFirstByte = arm('first-byte', timeouts.firstByteMs)
  arm('total', timeouts.totalMs)
  let stopIdle: Stop = () => {}
  stops.push(() => stopIdle())

  // One timer looks at the time of the last piece, instead of one timer a piece.
  const watchIdle = (ms: number): void => {
    stopIdle = clock.setTimer(ms, () => {
      const left = lastAt + timeouts.idleMs - clock.now()
      if (left > 0) watchIdle(left)
      else timeOut('stream', timeouts.idleMs)
    })
  }
  return {
    head: stopConnect,
    progress() {
      lastAt = clock.now()
      if (!hasStarted) {
        hasStarted = true
        stopConnect()
        stopFirstByte()
        if (timeouts.idleMs > 0) watchIdle(timeouts.idleMs)
      }
    },
    stop,
  }
}

const WAITED_FOR: Partial<Record<ErrorPhase, string>> = {
  'sign-in': 'No answer to the sign-in',
  connect: 'No answer of the server',
  'first-byte': 'No byte of the answer',
  stream: 'Nothing more of the answer',
  total: 'No end of the answer',
}

/** What a phase that took too long means. */
export function timeoutError(phase: ErrorPhase, ms: number): SampanError {
  return new SampanError('transport/timeout', WAITED_FOR[phase] + ' came within ' + ms + ' ms.', { phase, retryable: true })
}
