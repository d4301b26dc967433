import type { Answer } from './tokens.js'
import { timeoutError } from './watchdog.js'
import type { Clock, Platform, SignInCode, Stop } from '../platform/platform.js'
import { SampanError } from '../errors.js'

/** How long the host, or the app, may take to answer a question of a sign-in. */
export interface Patience { clock: Clock; ms: number }

/** Waits for one answer, for a limited time. What comes later, or after the stop, is dropped. */
export function waitForAnswer<T>({ clock, ms }: Patience, ask: (answer: Answer<T>) => void, answer: Answer<T>): Stop {
  let isWanted = true
  const settle: Answer<T> = (error, value) => {
    if (!isWanted) return
    stop()
    answer(error, value)
  }
  const stopTimer = ms > 0 ? clock.setTimer(ms, () => settle(timeoutError('sign-in', ms))) : () => {}
  const stop = (): void => {
    isWanted = false
    stopTimer()
  }
  ask(settle)
  return stop
}

const logins = new WeakMap<Platform, (() => void)[]>()

/**
 * Asks the host for a sign-in code, one login after the other, whichever connection asks: a new code may end the session
 * of the one before it. A login that is under way cannot be stopped; who leaves only no longer hears of it.
 */
export function askForCode(platform: Platform, patience: Patience, answer: Answer<SignInCode>): Stop {
  const queue = logins.get(platform) ?? []
  logins.set(platform, queue)
  let isWanted = true
  let isMyTurn = true
  const passOn = (): void => {
    if (!isMyTurn) return
    isMyTurn = false
    queue.splice(queue.indexOf(start), 1)
    queue[0]?.()
  }
  let tell: Answer<SignInCode>
  const start = (): void => {
    if (!isWanted) return passOn()
    platform.signInCode!((failure, code) => {
      tell(failure && new SampanError('transport/sign-in-failed', failure.errMsg, { phase: 'sign-in', cause: failure, retryable: true, errMsg: failure.errMsg, errno: failure.errno }), code)
      passOn()
    })
  }
  const stop = waitForAnswer<SignInCode>(
    patience,
    settle => {
      tell = settle
      if (queue.push(start) === 1) start()
    },
    (error, code) => {
      // A login that never answers must not hold up the next one.
      if (error) passOn()
      answer(error, code)
    },
  )
  return () => {
    isWanted = false
    stop()
  }
}
