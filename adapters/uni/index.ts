export { uniPlatform } from './uni-platform.js'
export type { FrameworkPlatformOptions as UniPlatformOptions } from '../frameworks/framework-platform.js'
