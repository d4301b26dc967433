import type { HostCallback, SignInCode } from '../../sdk/platform/platform.js'
import { callHost } from './call-host.js'
import type { WxLike } from './quirks.js'

/**
 * Asks the host for sign-in codes, one after the other: a new code may end the session of the one before it.
 *
 * @param read finds the code in an answer. Default: it is the field the table names.
 */
export function wxLikeSignIn(
  wx: WxLike,
  read = (answer: Record<string, unknown>): SignInCode => ({ code: answer[wx.quirks.signIn.field] as string }),
): (done: HostCallback<SignInCode>) => void {
  const { api, args, field } = wx.quirks.signIn
  const waiting: HostCallback<SignInCode>[] = []
  function next(): void {
    callHost(wx, api, args, (failure, answer) => {
      const found = read(Object(answer))
      const done = waiting.shift()!
      if (waiting.length) next()
      done(failure || (found.code ? null : { reason: 'unknown', errMsg: `no ${field}` }), found)
    })
  }
  return (done) => {
    if (waiting.push(done) < 2) next()
  }
}
