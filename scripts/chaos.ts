import { provide, redis } from './lib/external-tools.js'
import { vitest } from './lib/vitest.js'

// `npm run test:chaos`: 2,100 runs with unlucky phones and mortal servers. CHAOS_RUNS and CHAOS_SEED choose others.

process.env.CHAOS_RUNS ??= '2100'
await provide(redis)
const { passed, failed, skipped } = await vitest(['chaos'])
if (skipped.length) console.log(`!!! NOT RUN: ${skipped.join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed || passed === 0 ? 1 : 0)
