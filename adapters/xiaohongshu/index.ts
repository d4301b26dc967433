export { xiaohongshuPlatform } from './xiaohongshu-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
