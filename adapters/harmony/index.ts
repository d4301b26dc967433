export { harmonyPlatform } from './harmony-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
