import Taro from '@tarojs/taro'
import { wechatPlatform } from 'sampan/adapters/wechat'
import type { Locale } from './strings'

export const platform = wechatPlatform()

/** A mini-program has no origin: without an address in the build it asks the machine of the developer. */
export function gatewayUrl(): string {
  return SAMPAN_GATEWAY || 'http://127.0.0.1:8787'
}

export function systemLocale(): Locale {
  return /^zh/i.test(Taro.getAppBaseInfo().language ?? 'zh') ? 'zh' : 'en'
}

/** Not known before the first signal; the platform's `onSignal` tells when it changes. */
export function isOnline(): boolean {
  return true
}

/** Length of one CSS pixel of text: it follows the text size set in WeChat, where 16 is the usual one. */
export function textUnit(): string {
  const size = (Taro.getAppBaseInfo() as { fontSizeSetting?: number }).fontSizeSetting
  return `${Math.min(2, Math.max(1, (size ?? 16) / 16))}px`
}
