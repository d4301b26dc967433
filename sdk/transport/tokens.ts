import { Observable, Subscriber } from 'rxjs'
import { timeoutError } from './watchdog.js'
import { SampanError, toSampanError } from '../errors.js'
import type { Clock, Storage } from '../platform/platform.js'
import { changeUser, watchUser } from '../platform/signed-in-user.js'

/** What a sign-in gives. */
export interface SignedIn {
  token: string
  /** Whose it is, where that is known: what the phone keeps is kept for them. */
  userId?: string
}

/** Gives the token of this connection, getting a new one when there is none. */
export interface Tokens {
  /**
   * Emits the token in use, or the one that is being got: however many ask, one sign-in runs. It is stopped when all
   * have left. Fails with a SampanError of the phase `sign-in`.
   */
  readonly token$: Observable<string>
  /** Says that a token no longer works, so that the next one asked for is new. */
  reject(token: string): void
}

/**
 * A token is given up when somebody else uses the phone.
 *
 * @param signIn$ emits a new token each time it is subscribed to.
 * @param ms how long that may take, all in all. `0`: without limit.
 */
export function createTokens(signIn$: Observable<SignedIn>, clock: Clock, ms: number, storage: Storage): Tokens {
  let current: string | undefined
  const waiting = new Set<Subscriber<string>>()
  let running: Subscriber<SignedIn>
  let owner: string | undefined

  const start = (): void => {
    const settle = (tell: (subscriber: Subscriber<string>) => void): void => {
      const all = Array.from(waiting)
      waiting.clear()
      run.unsubscribe()
      all.forEach(tell)
    }
    const run = (running = new Subscriber<SignedIn>({
      next({ token, userId }) {
        if (!token) return run.error(new SampanError('transport/sign-in-failed', 'The sign-in gave no token'))
        const take = (): void => {
          current = token
          settle(subscriber => subscriber.next(token))
        }
        if (userId === undefined) return take()
        owner = encodeURIComponent(userId)
        // Whoever asked for somebody else has left by the time it is given.
        changeUser(storage, userId, take)
      },
      error(thrown: unknown) {
        const error = atSignIn(thrown)
        settle(subscriber => subscriber.error(error))
      },
      complete() {},
    }))
    if (ms > 0) run.add(clock.setTimer(ms, () => run.error(timeoutError('sign-in', ms))))
    signIn$.subscribe(run)
  }
  watchUser(storage, user => void (user !== owner && (current = undefined)), true)
  return {
    token$: new Observable(subscriber => {
      if (current !== undefined) return subscriber.next(current)
      if (waiting.add(subscriber).size === 1) start()
      return () => {
        waiting.delete(subscriber)
        if (!waiting.size) running.unsubscribe()
      }
    }),
    reject(token) {
      if (current === token) current = undefined
    },
  }
}

/** Being refused at the door is another thing than a token that has run out: it is not tried again. */
function atSignIn(thrown: unknown): SampanError {
  const { code, message, details } = toSampanError(thrown, 'transport/sign-in-failed')
  return new SampanError(code === 'transport/unauthorized' ? 'transport/sign-in-failed' : code, message, { ...details, phase: 'sign-in', cause: thrown })
}
