import type { Platform, SignInCode } from '../../sdk/platform/platform.js'
import { hostMethod } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { wxLikeSignIn } from '../shared/wx-like-sign-in.js'
import { bodyData } from './body-data.js'
import { douyinEventSource } from './douyin-event-source.js'
import { douyinQuirks } from './douyin-quirks.js'

declare const tt: WxLikeHost | undefined

/**
 * Douyin and Toutiao as hosts. Feishu has a `tt` too: for that there is `feishuPlatform`.
 *
 * @param host its API object. Default: the global `tt`.
 * @throws `platform/unsupported` where there is no `tt`.
 */
export function douyinPlatform(host?: WxLikeHost): Platform {
  const api = host || (typeof tt === 'undefined' ? undefined : tt)
  const platform = wxLikePlatform(api, douyinQuirks)
  const { capabilities, request: ask } = platform
  // Not by the version alone: Toutiao and others have the library without the API.
  if (!hostMethod(api, 'createEventSource')) capabilities.stream = 'none'
  const wx = { api: api!, quirks: douyinQuirks }
  const request: Platform['request'] = (options, handlers) =>
    ask(Object.assign({}, options, { stream: false, body: bodyData(options.body) as string }), handlers)
  return Object.assign(
    platform,
    { request, signInCode: platform.signInCode && wxLikeSignIn(wx, readCode) },
    capabilities.stream !== 'none' && {
      openEventSource: ((options, handlers) =>
        douyinEventSource(wx, options, handlers, () => {
          capabilities.stream = 'none'
          return request(options, handlers)
        })) as Platform['request'],
    },
  )
}

/** The code of a user who is signed in to Douyin, or the one that only tells one device from another. */
function readCode({ code, anonymousCode }: { code?: string; anonymousCode?: string }): SignInCode {
  return code || !anonymousCode ? { code: code! } : { code: anonymousCode, isAnonymous: true }
}
