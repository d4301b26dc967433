import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { harmonyQuirks } from './harmony-quirks.js'

declare const has: WxLikeHost | undefined

/**
 * A HarmonyOS atomic service (ASCF) as a host.
 *
 * @param host its API object. Default: the global `has`.
 * @throws `platform/unsupported` where there is no `has`, or where its base library is too old.
 */
export function harmonyPlatform(host?: WxLikeHost): Platform {
  return wxLikePlatform(host || (typeof has === 'undefined' ? undefined : has), harmonyQuirks)
}
