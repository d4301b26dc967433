import { webPlatform } from 'sampan/adapters/web'
import type { Locale } from './strings'

export const platform = webPlatform()

/** `?gateway=…` before or after the `#`, else the address of this build, else where the page came from. */
export function gatewayUrl(): string {
  const asked = /[?&]gateway=([^&#]*)/.exec(location.search + location.hash)?.[1]
  return (asked && decodeURIComponent(asked)) || SAMPAN_GATEWAY || location.origin
}

export function systemLocale(): Locale {
  return /^zh/i.test(navigator.language) ? 'zh' : 'en'
}

export function isOnline(): boolean {
  return navigator.onLine
}

/** Length of one CSS pixel of text: it follows the text size set in the browser. */
export function textUnit(): string {
  return '0.0625rem'
}
