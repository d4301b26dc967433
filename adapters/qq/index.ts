export { qqPlatform } from './qq-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
