import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { alipayQuirks } from './alipay-quirks.js'
import { alipaySocket } from './alipay-socket.js'

declare const my: WxLikeHost | undefined

/**
 * Alipay as a host.
 *
 * @param host its API object. Default: the global `my`. Pass your own where a framework has replaced the global: some lose
 *   the numbers of its errors.
 * @throws `platform/unsupported` where there is no `my`, or where its base library is too old.
 */
export function alipayPlatform(host?: WxLikeHost): Platform {
  const api = host || (typeof my === 'undefined' ? undefined : my)
  const platform = wxLikePlatform(api, alipayQuirks)
  return Object.assign(platform, { openSocket: platform.openSocket && alipaySocket.bind(null, api!) })
}
