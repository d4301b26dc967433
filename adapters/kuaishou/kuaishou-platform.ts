import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { kuaishouQuirks } from './kuaishou-quirks.js'

declare const ks: WxLikeHost | undefined

/**
 * Kuaishou as a host.
 *
 * @param host its API object. Default: the global `ks`.
 * @throws `platform/unsupported` where there is no `ks`, or where its base library is too old.
 */
export function kuaishouPlatform(host?: WxLikeHost): Platform {
  return wxLikePlatform(host || (typeof ks === 'undefined' ? undefined : ks), kuaishouQuirks)
}
