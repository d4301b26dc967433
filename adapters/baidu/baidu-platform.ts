import type { Platform } from '../../sdk/platform/platform.js'
import { callIfThere } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { baiduQuirks } from './baidu-quirks.js'

declare const swan: WxLikeHost | undefined

/**
 * Baidu as a host.
 *
 * @param host its API object. Default: the global `swan`.
 * @throws `platform/unsupported` where there is no `swan`, or where its base library is too old.
 */
export function baiduPlatform(host?: WxLikeHost): Platform {
  const api = host || (typeof swan === 'undefined' ? undefined : swan)
  const platform = wxLikePlatform(api, baiduQuirks)
  // There an error status is a failure that tells neither status nor body (swan.request).
  if (/ios/i.test(String(Object(callIfThere(api, 'getSystemInfoSync')).platform))) platform.capabilities.hidesErrors = true
  return platform
}
