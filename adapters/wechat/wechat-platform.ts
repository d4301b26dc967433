import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxCorePlatform } from '../shared/wx-core-platform.js'
import { filesOf, type HostFiles } from '../shared/wx-like-files.js'
import { socketOf } from '../shared/wx-like-socket.js'
import { wechatQuirks } from './wechat-quirks.js'

declare const wx: WxLikeHost | undefined

/** What an app may choose in WeChat. */
export interface WechatPlatformOptions extends HostFiles {
  /**
   * Opens sockets, for an app that wants them: `wechatSocket(wx)`, or `containerSocket` of WeChat's cloud, which needs no
   * domain list. Default: none, as answers stream without.
   */
  openSocket?: Platform['openSocket']
}

/** How WeChat opens sockets: for `wechatPlatform(wx, { openSocket: wechatSocket(wx) })`. */
export function wechatSocket(host: WxLikeHost): Platform['openSocket'] {
  return socketOf(host, wechatQuirks)
}

/** How WeChat sends and reads files, for an app that does: `wechatPlatform(wx, wechatFiles(wx))`. */
export function wechatFiles(host: WxLikeHost): HostFiles {
  return filesOf(host, wechatQuirks)
}

/**
 * WeChat as a host.
 *
 * @param host WeChat's API object. Default: the global `wx`. Pass your own where a framework has replaced the global.
 * @throws `platform/unsupported` where there is no `wx`, or where its base library is too old.
 * @example
 * const platform = wechatPlatform()
 */
export function wechatPlatform(host?: WxLikeHost, options?: WechatPlatformOptions): Platform {
  return Object.assign(wxCorePlatform(host || (typeof wx === 'undefined' ? undefined : wx), wechatQuirks), options)
}
