export { baiduPlatform } from './baidu-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
