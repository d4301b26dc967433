export { taroPlatform } from './taro-platform.js'
export type { FrameworkPlatformOptions as TaroPlatformOptions } from '../frameworks/framework-platform.js'
