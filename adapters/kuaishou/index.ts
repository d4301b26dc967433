export { kuaishouPlatform } from './kuaishou-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
