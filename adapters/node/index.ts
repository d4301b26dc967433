export { nodePlatform } from './node-platform.js'
export type { NodePlatformOptions } from './node-platform.js'
