export { containerSocket, type ContainerSocketOptions } from './container-socket.js'
export { wechatFiles, wechatPlatform, wechatSocket, type WechatPlatformOptions } from './wechat-platform.js'
export type { WxLikeHost } from '../shared/quirks.js'
