import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveApp, type AppServer } from '../lib/app-server.js'
import { buildConcierge, hasConcierge } from '../lib/concierge.js'
import { root } from '../lib/run.js'

// What `npm start` shows, used by a person who is a browser.

const walk = `${root}samples/concierge-taro/test/drink-order.ts`
const isThere = hasConcierge() && existsSync(walk)

let app: AppServer | undefined
beforeAll(async () => {
  if (isThere) app = await serveApp({ folder: await buildConcierge('h5') })
})
afterAll(() => app?.close())

test.runIf(isThere)('a person orders a drink in the concierge', async () => {
  const { drinkOrder } = await import(/* @vite-ignore */ walk) as { drinkOrder(options: { url: string; screenshotsDir?: string }): Promise<{ growthSteps: number; orders: number }> }
  const { growthSteps, orders } = await drinkOrder({ url: app!.url, screenshotsDir: process.env.SAMPAN_SCREENSHOTS })
  expect(orders).toBe(2)
  expect(growthSteps).toBeGreaterThan(2)
})
