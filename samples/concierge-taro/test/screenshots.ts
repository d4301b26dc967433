import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'

/** Pictures of the page as it stands, at the widths, in the themes and states it has to look good in. */
export async function takeScreenshots(page: Page, context: BrowserContext, folder: string): Promise<void> {
  const shot = async (name: string) => {
    await page.waitForTimeout(350)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  const sizes = [[320, 568], [390, 844], [768, 1024], [1280, 900]] as const

  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height })
    await shot(`talk-${width}`)
  }
  await page.emulateMedia({ colorScheme: 'dark' })
  await shot('talk-1280-dark')
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('talk-390-dark')
  await page.emulateMedia({ colorScheme: 'light' })

  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
  await shot('talk-390-text-200')
  await page.setViewportSize({ width: 320, height: 568 })
  await shot('talk-320-text-200')
  await page.evaluate(() => (document.documentElement.style.fontSize = ''))
  await page.setViewportSize({ width: 390, height: 844 })

  await page.getByTestId('orders-toggle').click()
  await shot('orders-open')
  await page.getByTestId('orders-toggle').click()

  await context.setOffline(true)
  await shot('offline-notice')
  await page.getByTestId('field').fill('Hello from the middle of the river')
  await page.keyboard.press('Enter')
  await page.getByTestId('error').last().waitFor()
  await shot('offline-error')
  await context.setOffline(false)

  // The keyboard of a phone takes the lower half of the screen.
  await page.setViewportSize({ width: 390, height: 460 })
  await page.getByTestId('field').fill('米浆味的超长单词Pneumonoultramicroscopicsilicovolcanoconiosis\n第二行\n第三行')
  await shot('keyboard-up')
  await page.getByTestId('field').fill('')
  await page.setViewportSize({ width: 390, height: 844 })

  await page.getByTestId('clear').click()
  await page.getByTestId('clear').click()
  await page.getByTestId('welcome').waitFor()
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height })
    await shot(`empty-${width}`)
  }
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('empty-390-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
  await shot('empty-390-text-200')
  await page.evaluate(() => (document.documentElement.style.fontSize = ''))
}
