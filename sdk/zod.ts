// zod/mini for people who install nothing else. In a bundled project it is the very zod the app has.
export * from './zod-names.js'
/**
 * All names under one, for `import { z }`. Write `import * as z` in a project that esbuild bundles: of an exported
 * namespace it keeps everything.
 */
export * as z from './zod-names.js'
