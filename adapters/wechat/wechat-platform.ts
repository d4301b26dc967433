import { SampanError } from '../../sdk/errors.js'
import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { wechatQuirks } from './wechat-quirks.js'

declare const wx: WxLikeHost | undefined

/**
 * WeChat as a host.
 *
 * @param host WeChat's API object. Default: the global `wx`. Pass your own where a framework has replaced the global.
 * @throws `platform/unsupported` where there is no `wx`.
 * @example
 * const platform = wechatPlatform()
 */
export function wechatPlatform(host?: WxLikeHost): Platform {
  const api = host || (typeof wx === 'undefined' ? undefined : wx)
  if (!api) throw new SampanError('platform/unsupported', 'There is no wx here: wechatPlatform runs inside WeChat')
  return wxLikePlatform(api, wechatQuirks)
}
