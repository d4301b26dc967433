export { webPlatform } from './web-platform.js'
export type { WebPlatformOptions } from './web-platform.js'
export type { WebPage } from './web-page.js'
