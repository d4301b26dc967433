import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { qqQuirks } from './qq-quirks.js'

declare const qq: WxLikeHost | undefined

/**
 * QQ as a host.
 *
 * @param host its API object. Default: the global `qq`.
 * @throws `platform/unsupported` where there is no `qq`, or where its base library is too old.
 */
export function qqPlatform(host?: WxLikeHost): Platform {
  return wxLikePlatform(host || (typeof qq === 'undefined' ? undefined : qq), qqQuirks)
}
