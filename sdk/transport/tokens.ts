import type { Stop } from '../platform/platform.js'

/** Takes an answer, or what went wrong instead. */
export type Answer<T> = (error: unknown, value?: T) => void
/** Asks for something; answers once, at once or later, unless stopped. */
export type Question<T> = (answer: Answer<T>) => Stop

/** Gives the token of this connection, getting a new one when there is none. */
export interface Tokens {
  /** The token in use, or the one that is being got: however many ask, one sign-in runs. It is stopped when all have left. */
  readonly get: Question<string>
  /** Says that a token no longer works, so that the next one asked for is new. */
  reject(token: string): void
}

/** @param signIn gets a new token each time. */
export function createTokens(signIn: Question<string>): Tokens {
  let current: string | undefined
  let waiting: Answer<string>[] = []
  let stopSignIn: Stop = () => {}

  const start = (): void => {
    let isOver = false
    const stop = signIn((error, token) => {
      isOver = true
      current = token
      const all = waiting
      waiting = []
      all.forEach(answer => answer(error, token))
    })
    if (!isOver) stopSignIn = stop
  }
  return {
    get(answer) {
      if (current !== undefined) {
        answer(undefined, current)
        return () => {}
      }
      const mine: Answer<string> = (error, token) => answer(error, token)
      if (waiting.push(mine) === 1) start()
      return () => {
        const left = waiting.filter(other => other !== mine)
        if (left.length < waiting.length && !left.length) stopSignIn()
        waiting = left
      }
    },
    reject(token) {
      if (current === token) current = undefined
    },
  }
}
