import type { Platform } from '../../sdk/platform/platform.js'
import { frameworkPlatform, type FrameworkPlatformOptions } from '../frameworks/framework-platform.js'
import { callIfThere } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { taroQuirks } from './taro-quirks.js'

/**
 * Whatever runs a Taro app. In a mini-program it is the host itself (`wx`, `my`, `tt` …), found at run time and spoken to
 * past `Taro.request`, whose interceptors lose the methods that stream; `host.name` is that of the host. In a browser it
 * is the page, whose `fetch` streams, with `Taro.*` for what a device can do. On React Native and HarmonyOS it is `Taro.*`,
 * whose requests answer whole. In both of these `host.name` is `taro`.
 *
 * It holds all hosts. Where bytes count, give a target a file of its own (`platform.weapp.ts`) with the adapter of its
 * host (`wechatPlatform()`): that one is the same, and alone.
 *
 * @param Taro what `@tarojs/taro` exports. Without it there is no platform on React Native and HarmonyOS, and none of the
 *   device's abilities in a browser. There Taro leaves out what an app does not name, so name what its device tools call:
 *   `taroPlatform({ ...Taro, getLocation: Taro.getLocation })`.
 * @throws `platform/unsupported` where there is no host, no page and no `Taro`, or where the host's base library is too old.
 * @example
 * import Taro from '@tarojs/taro'
 * const platform = taroPlatform(Taro)
 */
export function taroPlatform(Taro?: WxLikeHost, options?: FrameworkPlatformOptions): Platform {
  return frameworkPlatform(Taro, taroQuirks, options, {
    named: Object(Taro).miniGlobal,
    // In a mini-program Taro puts a document of its own into every module; around the page in a HarmonyOS app there is a
    // bridge, over which requests go. Where Taro did not build the app, it does not know.
    isPageless: !/^(WEB|Unknown|undefined)$/.test(String(callIfThere(Taro, 'getEnv'))),
  })
}
