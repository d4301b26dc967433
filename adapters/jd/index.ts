export { jdPlatform } from './jd-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
