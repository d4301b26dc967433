export { wechatPlatform } from './wechat-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
