import Taro from '@tarojs/taro'
import { taroPlatform } from 'sampan/adapters/taro'
import type { Locale } from './strings'

// For every target that has no file of its own here. It finds the host when it runs, and so holds the tables of all hosts;
// h5 and weapp name theirs, which is smaller.
export const platform = taroPlatform(Taro)

/** A mini-program has no origin: without an address in the build it asks the machine of the developer. */
export function gatewayUrl(): string {
  return SAMPAN_GATEWAY || 'http://127.0.0.1:8787'
}

export function systemLocale(): Locale {
  return /^zh/i.test(Taro.getSystemInfoSync().language ?? 'zh') ? 'zh' : 'en'
}

/** Not known before the first signal; the platform's `onSignal` tells when it changes. */
export function isOnline(): boolean {
  return true
}

/** Length of one CSS pixel of text, where the host tells no text size. */
export function textUnit(): string {
  return '1px'
}
