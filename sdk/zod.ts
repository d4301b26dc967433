/**
 * zod/mini for people who install nothing else. With a bundler of your own, `import * as z from 'zod/mini'` is the same
 * library with all its names, and esbuild can leave out what you do not use, which it cannot do with an exported `z`.
 */
export * as z from './zod-names.js'
