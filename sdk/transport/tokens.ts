import { Observable } from 'rxjs'

/** Gives the token of this connection, getting a new one when there is none. */
export interface Tokens {
  /** The token in use, or the one that is being got: however many ask, one sign-in runs. */
  readonly token$: Observable<string>
  /** Says that a token no longer works, so that the next one asked for is new. */
  reject(token: string): void
}

/** @param signIn$ cold; each subscription gets a new token. */
export function createTokens(signIn$: Observable<string>): Tokens {
  let current: string | undefined
  let flight$: Observable<string> | undefined

  const share = (): Observable<string> => {
    type Waiting = { next(token: string): void; error(thrown: unknown): void }
    let waiting: Waiting[] = []
    const settle = (tell: (one: Waiting) => void): void => {
      flight$ = undefined
      const all = waiting
      waiting = []
      all.forEach(tell)
    }
    let isStarted = false
    return new Observable(subscriber => {
      const one: Waiting = {
        next: token => {
          subscriber.next(token)
          subscriber.complete()
        },
        error: thrown => subscriber.error(thrown),
      }
      waiting.push(one)
      if (isStarted) return
      isStarted = true
      // Host logins must not overlap, and one that has begun is not stopped: the next asker profits from it.
      signIn$.subscribe({
        next: token => {
          current = token
          settle(one => one.next(token))
        },
        error: thrown => settle(one => one.error(thrown)),
      })
    })
  }
  return {
    token$: new Observable(subscriber => {
      if (current !== undefined) {
        subscriber.next(current)
        return subscriber.complete()
      }
      flight$ ??= share()
      return flight$.subscribe(subscriber)
    }),
    reject(token) {
      if (current === token) current = undefined
    },
  }
}
