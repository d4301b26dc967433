import type { Platform } from '../../sdk/platform/platform.js'
import { frameworkPlatform, type FrameworkPlatformOptions } from '../frameworks/framework-platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { uniQuirks } from './uni-quirks.js'

declare const uni: WxLikeHost | undefined

/**
 * Whatever runs a uni-app. In a mini-program it is the host itself (`wx`, `my`, `tt` …), found at run time and spoken to
 * past `uni.*`, which drops the numbers of Alipay's errors; `host.name` is that of the host. In a browser it is the page,
 * whose `fetch` streams, with `uni.*` for what a device can do. In an app it is `uni.*`, whose requests stream where their
 * task can listen to chunks. In both of these `host.name` is `uni`.
 *
 * It holds all hosts. Where bytes count, write the adapter of the host between `#ifdef MP-WEIXIN` and `#endif`
 * (`wechatPlatform()`): that one is the same, and alone.
 *
 * @param api uni-app's API object. Default: the global `uni`. In a browser uni-app leaves out what an app does not name, so
 *   name what its device tools call: `uniPlatform({ ...uni, getLocation: uni.getLocation })`.
 * @throws `platform/unsupported` where there is no host, no page and no `uni`, or where the host's base library is too old.
 * @example
 * const platform = uniPlatform()
 */
export function uniPlatform(api?: WxLikeHost, options?: FrameworkPlatformOptions): Platform {
  return frameworkPlatform(api || (typeof uni === 'undefined' ? undefined : uni), uniQuirks, options)
}
