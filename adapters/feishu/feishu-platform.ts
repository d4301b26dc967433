import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { feishuQuirks } from './feishu-quirks.js'

declare const tt: WxLikeHost | undefined

/**
 * Feishu and Lark as a host. Douyin has a `tt` too: nothing is concluded from that name.
 *
 * @param host its API object. Default: the global `tt`.
 * @throws `platform/unsupported` where there is no `tt`, or where its base library is too old.
 */
export function feishuPlatform(host?: WxLikeHost): Platform {
  return wxLikePlatform(host || (typeof tt === 'undefined' ? undefined : tt), feishuQuirks)
}
