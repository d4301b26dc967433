import { defineConfig } from 'vitest/config'

/** How long `expect.poll` looks, in milliseconds: more than a busy machine needs, since what is waited for comes at once. */
const expect = { poll: { timeout: 30_000 } }

// One project a kind of proof. `npm test` runs them all in order (scripts/test.ts); `units` and `house` need no build.
// Limits of time are there for what would never end: a busy machine takes many times what an idle one does.
export default defineConfig({
  test: {
    projects: [
      // Most of a unit test's time is loading what the file before it had loaded too, or waiting for a loopback server.
      { test: { name: 'units', include: ['{sdk,adapters}/**/*.test.{ts,tsx}'], isolate: false, maxWorkers: 4, testTimeout: 60_000, hookTimeout: 60_000, expect } },
      { test: { name: 'house', include: ['scripts/house/*.test.ts'], isolate: false, maxWorkers: 4, testTimeout: 60_000 } },
      { test: { name: 'package', include: ['scripts/package/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      { test: { name: 'bundle', include: ['scripts/bundle/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      { test: { name: 'hosts', include: ['scripts/hosts/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      // The seven targets of Taro and the two of uni-app: a gigabyte of tools. `npm run test:hosts`, not `npm test`.
      { test: { name: 'targets', include: ['scripts/targets/*.test.ts'], testTimeout: 120_000, hookTimeout: 900_000 } },
      // Random misfortune; its length is chosen by CHAOS_RUNS.
      { test: { name: 'chaos', include: ['scripts/chaos/*.test.ts'], hookTimeout: 60_000 } },
      { test: { name: 'jsc', include: ['scripts/jsc/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      { test: { name: 'browser', include: ['scripts/browser/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
    ],
  },
})
