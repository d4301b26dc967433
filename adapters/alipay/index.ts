export { alipayPlatform } from './alipay-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
