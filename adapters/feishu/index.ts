export { feishuPlatform } from './feishu-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
