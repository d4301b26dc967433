import { defineConfig } from 'vitest/config'

// One project a kind of proof. `npm test` runs them all in order (scripts/test.ts); `units` and `house` need no build.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'units', include: ['{sdk,adapters}/**/*.test.{ts,tsx}'] } },
      { test: { name: 'house', include: ['scripts/house/*.test.ts'] } },
      { test: { name: 'package', include: ['scripts/package/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      { test: { name: 'bundle', include: ['scripts/bundle/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'hosts', include: ['scripts/hosts/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
      // The seven targets of Taro and the two of uni-app: a gigabyte of tools. `npm run test:hosts`, not `npm test`.
      { test: { name: 'targets', include: ['scripts/targets/*.test.ts'], testTimeout: 120_000, hookTimeout: 900_000 } },
      { test: { name: 'jsc', include: ['scripts/jsc/*.test.ts'], hookTimeout: 300_000 } },
      { test: { name: 'browser', include: ['scripts/browser/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 } },
    ],
  },
})
