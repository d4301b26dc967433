export { douyinPlatform } from './douyin-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
