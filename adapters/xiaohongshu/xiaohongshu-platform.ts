import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { xiaohongshuQuirks } from './xiaohongshu-quirks.js'

declare const xhs: WxLikeHost | undefined

/**
 * Xiaohongshu as a host. A mini-program, not a MiniTool: that one has no network at all.
 *
 * @param host its API object. Default: the global `xhs`.
 * @throws `platform/unsupported` where there is no `xhs`, or where its base library is too old.
 */
export function xiaohongshuPlatform(host?: WxLikeHost): Platform {
  return wxLikePlatform(host || (typeof xhs === 'undefined' ? undefined : xhs), xiaohongshuQuirks)
}
