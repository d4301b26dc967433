import type { HostCallback, HostFailure } from '../platform/platform.js'

/** Makes a promise of a host call that answers by callback; a second answer is an error. */
export function answerOf<T>(call: (done: HostCallback<T>) => void): Promise<{ failure: HostFailure | null; value?: T }> {
  return new Promise((resolve, reject) => {
    let answers = 0
    call((failure, value) => {
      if (++answers > 1) reject(new Error('a host call answered twice'))
      // One turn of the loop, so that a second answer has the time to come.
      setTimeout(() => resolve({ failure, value }), 1)
    })
  })
}
