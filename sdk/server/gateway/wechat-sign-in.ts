import { tooMany } from './limits.js'
import type { SignedInUser, SignInRequest } from './options.js'

/** A mini-program, to WeChat. */
export interface WechatSignInOptions {
  appId: string
  /** From the console of the mini-program. It stays on this machine. */
  appSecret: string
  /** Milliseconds WeChat may take. Default 5 seconds. */
  timeoutMs?: number
  /** Default `https://api.weixin.qq.com`. */
  baseUrl?: string
}

/** Codes that say that the user, or the code, is refused: invalid, used already, and blocked as a risk. */
const REFUSED = [40029, 40163, 40226]
/** This user has signed in too often within a minute. WeChat does not say how much of the minute is left. */
const TOO_OFTEN = 45011
const minute = 60_000

/**
 * Makes an `auth.verifySignIn` that exchanges what `wx.login` gave a phone for a user, `wechat:` and their openid. It signs in
 * nobody of another host. The session key, which must never leave the server, is dropped.
 *
 * What it asks and is answered: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html, and
 * https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html
 *
 * @throws Error from the returned function where WeChat cannot be reached, is busy, or refuses the app itself; where the user
 * has signed in too often, one that the gateway answers with 429 and a minute to wait.
 * @example
 * serveGateway({ auth: { mode: 'production', secret, verifySignIn: wechatSignIn({ appId, appSecret }) } })
 */
export function wechatSignIn(options: WechatSignInOptions): (request: SignInRequest) => Promise<SignedInUser | undefined> {
  const { appId, appSecret, timeoutMs = 5000, baseUrl = 'https://api.weixin.qq.com' } = options
  if (!appId || !appSecret) throw new Error('wechatSignIn: there is no `appId` or no `appSecret`. Are the variables that hold them set?')
  return async ({ host, code }) => {
    if (host !== 'wechat' || !code) return undefined
    const query = new URLSearchParams({ appid: appId, secret: appSecret, js_code: code, grant_type: 'authorization_code' })
    const response = await fetch(`${baseUrl}/sns/jscode2session?${query}`, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' }).catch((error: Error) => {
      // Its cause may hold the address, and with it the secret.
      throw new Error(`WeChat could not be asked who signs in: ${error.name}`)
    })
    const answer = await readAnswer(response)
    if (typeof answer.openid === 'string' && answer.openid) return { userId: `wechat:${answer.openid}` }
    const errcode = Number(answer.errcode)
    if (REFUSED.includes(errcode)) return undefined
    if (errcode === TOO_OFTEN) throw tooMany('rate_limited', 'WeChat lets this user sign in again in a minute.', minute)
    throw new Error(`WeChat did not say who signs in: status ${response.status}, errcode ${String(answer.errcode)} ${String(answer.errmsg)}`)
  }
}

/** It calls its JSON plain text. */
async function readAnswer(response: Response): Promise<{ openid?: unknown; errcode?: unknown; errmsg?: unknown }> {
  try {
    return Object(JSON.parse(await response.text()))
  } catch {
    return {}
  }
}
