export { cache } from './cache.js'
export type { CacheOptions } from './cache.js'
