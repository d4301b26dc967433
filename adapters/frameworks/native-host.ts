import type { Platform } from '../../sdk/platform/platform.js'
import { alipayPlatform } from '../alipay/index.js'
import { baiduPlatform } from '../baidu/index.js'
import { douyinPlatform } from '../douyin/index.js'
import { feishuPlatform } from '../feishu/index.js'
import { harmonyPlatform } from '../harmony/index.js'
import { jdPlatform } from '../jd/index.js'
import { kuaishouPlatform } from '../kuaishou/index.js'
import { qqPlatform } from '../qq/index.js'
import { callIfThere, hostMethod } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wechatFiles, wechatPlatform } from '../wechat/index.js'
import { xiaohongshuPlatform } from '../xiaohongshu/index.js'

type Global = WxLikeHost | undefined
declare const wx: Global, my: Global, tt: Global, swan: Global, qq: Global, jd: Global, ks: Global, xhs: Global, has: Global

/** A host's global object, and what makes a platform of it. */
interface NativeHost {
  find(): Global
  make(host: WxLikeHost): Platform
}

// `wx` comes last: a host that speaks like WeChat may answer to that name too, and WeChat answers to no other.
const NATIVE_HOSTS: readonly NativeHost[] = [
  { find: () => (typeof my === 'undefined' ? undefined : my), make: alipayPlatform },
  { find: () => (typeof tt === 'undefined' ? undefined : tt), make: (host) => (isFeishu(host) ? feishuPlatform : douyinPlatform)(host) },
  { find: () => (typeof swan === 'undefined' ? undefined : swan), make: baiduPlatform },
  { find: () => (typeof qq === 'undefined' ? undefined : qq), make: qqPlatform },
  { find: () => (typeof jd === 'undefined' ? undefined : jd), make: jdPlatform },
  { find: () => (typeof ks === 'undefined' ? undefined : ks), make: kuaishouPlatform },
  { find: () => (typeof xhs === 'undefined' ? undefined : xhs), make: xiaohongshuPlatform },
  { find: () => (typeof has === 'undefined' ? undefined : has), make: harmonyPlatform },
  { find: () => (typeof wx === 'undefined' ? undefined : wx), make: (host) => wechatPlatform(host, wechatFiles(host)) },
]

/**
 * The platform of the mini-program host that runs this app, past whatever a framework has laid over it. `undefined` where
 * there is none: in a browser, in an app of React Native or HarmonyOS.
 *
 * @param named the host's object as the framework itself names it. It decides where several globals could be meant.
 * @throws `platform/unsupported` where the host's base library is too old.
 */
export function nativePlatform(named?: unknown): Platform | undefined {
  // A page may have a `wx` of WeChat's script for web pages, which makes no requests.
  const found = NATIVE_HOSTS.filter(({ find }) => hostMethod(find(), 'request'))
  const host = found.find(({ find }) => find() === named) || found[0]
  return host && host.make(host.find()!)
}

/**
 * Feishu and Douyin share the name `tt`. Only Douyin has event sources, and its typings promise the name of the app that
 * runs us. Who tells none is taken for Feishu: a mistake would be seen at the first sign-in.
 */
function isFeishu(host: WxLikeHost): boolean {
  if (hostMethod(host, 'createEventSource')) return false
  const { appName } = Object(callIfThere(host, 'getSystemInfoSync')) as { appName?: string }
  return !appName || /feishu|lark/i.test(appName)
}
