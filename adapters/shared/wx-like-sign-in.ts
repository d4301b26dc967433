import type { HostCallback, SignInCode } from '../../sdk/platform/platform.js'
import { callHost } from './call-host.js'
import type { WxLike } from './quirks.js'

/** Asks the host for sign-in codes, one after the other: a new code may end the session of the one before it. */
export function wxLikeSignIn(wx: WxLike): (done: HostCallback<SignInCode>) => void {
  const { api, args, field } = wx.quirks.signIn
  const waiting: HostCallback<SignInCode>[] = []
  function next(): void {
    callHost(wx, api, args, (failure, answer) => {
      const code = answer && answer[field]
      try {
        waiting[0]!(failure || (code ? null : { reason: 'unknown', errMsg: `no ${field}` }), code ? { code: code as string } : undefined)
      } finally {
        waiting.shift()
        if (waiting.length) next()
      }
    })
  }
  return (done) => {
    if (waiting.push(done) < 2) next()
  }
}
