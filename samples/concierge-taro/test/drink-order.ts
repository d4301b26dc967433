import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { selectors, type Page } from 'playwright-core'
import { openBrowser } from './open-browser.js'
import { takeScreenshots } from './screenshots.js'

export interface DrinkOrderOptions {
  /** The page, served together with a gateway. */
  url: string
  /** Where screenshots go. Without it none are taken. */
  screenshotsDir?: string
}

export interface DrinkOrderReport {
  /** How many times the text of the first answer grew while it was on screen. */
  growthSteps: number
  orders: number
}

/** Orders a drink in a real browser, in Chinese and in English. Throws at the first thing that is not as it should be. */
export async function drinkOrder({ url, screenshotsDir }: DrinkOrderOptions): Promise<DrinkOrderReport> {
  selectors.setTestIdAttribute('data-test')
  const userDataDir = mkdtempSync(join(tmpdir(), 'drink-order-'))
  const context = await openBrowser(userDataDir)
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    const consoleErrors: string[] = []
    page.on('console', message => message.type() === 'error' && consoleErrors.push(message.text()))
    page.on('pageerror', error => consoleErrors.push(String(error)))
    if (screenshotsDir) mkdirSync(screenshotsDir, { recursive: true })
    const shot = async (name: string) => {
      if (screenshotsDir) await page.screenshot({ path: join(screenshotsDir, `${name}.png`) })
    }

    await page.goto(url)
    await page.getByTestId('welcome').waitFor()
    await shot('01-empty')
    await showsTheLabel(page, '内容由 AI 生成')

    const growthSteps = await orderInChinese(page, shot)
    await stopAnAnswer(page, shot)
    await comeBackAfterReload(page, shot)
    await goOnAfterReload(page, shot)
    await fitsNarrowScreens(page)
    await orderInEnglish(page, shot)
    await showsTheLabel(page, 'AI生成 · AI-generated')
    await rewriteAndCopy(page)

    const orders = await countOrders(page)
    check(orders === 2, `two orders were placed, not ${orders}`)
    check(consoleErrors.length === 0, `no errors in the console: ${consoleErrors.join(' | ')}`)
    // Last, because without a network the browser itself writes errors to the console.
    if (screenshotsDir) await takeScreenshots(page, context, screenshotsDir)
    return { growthSteps, orders }
  } finally {
    await context.close()
    rmSync(userDataDir, { recursive: true, force: true })
  }
}

type Shot = (name: string) => Promise<void>

async function orderInChinese(page: Page, shot: Shot): Promise<number> {
  await watchGrowth(page)
  await say(page, '来一杯大杯冰拿铁')
  await page.getByTestId('sheet').waitFor()
  const steps = await page.evaluate(() => (window as unknown as { growth: number[] }).growth.length)
  check(steps >= 3, `text arrived in pieces (${steps})`)
  check((await page.getByTestId('menu').count()) > 0, 'the menu was looked up on the device')
  check((await page.getByTestId('sheet-total').innerText()) === '¥30', 'the sheet shows the total')
  check((await countOrders(page)) === 0, 'nothing is ordered before the confirmation')
  await page.waitForTimeout(400)
  await shot('02-sheet')
  await keepsTheFocus(page)

  await page.keyboard.press('Escape')
  await page.getByTestId('sheet').waitFor({ state: 'detached' })
  check((await status(page)) === 'waiting', 'closing the sheet answers nothing')
  await shot('03-asking')
  await page.getByTestId('review').click()
  await page.getByTestId('confirm').click()
  await page.getByTestId('orders').waitFor()
  await idle(page)
  await shot('04-ordered')
  return steps
}

async function stopAnAnswer(page: Page, shot: Shot): Promise<void> {
  await say(page, '讲讲你们的手冲')
  await page.waitForFunction(() => {
    const answers = document.querySelectorAll('[data-test=assistant]')
    return answers[answers.length - 1]?.getAttribute('data-status') === 'streaming' && (answers[answers.length - 1]!.querySelector('[data-test=text]')?.textContent?.length ?? 0) > 2
  })
  await page.getByTestId('field').fill('还有别的吗？')
  await page.keyboard.press('Enter')
  await page.getByTestId('queued').waitFor()
  await shot('05-queued')
  await page.getByTestId('stop').click()
  await idle(page)
  check((await page.getByTestId('queued').count()) === 0, 'stopping empties the queue')
  check((await page.getByTestId('assistant').last().getAttribute('data-status')) === 'cancelled', 'the answer is marked as stopped')
  const length = (await lastAnswer(page)).length
  check(length > 0, 'what had arrived stays')
  await page.waitForTimeout(600)
  check((await lastAnswer(page)).length === length, 'nothing arrives after a stop')
  await shot('06-stopped')
}

async function comeBackAfterReload(page: Page, shot: Shot): Promise<void> {
  const before = await page.getByTestId('text').allInnerTexts()
  // What is stored in the background has this long to arrive there.
  await page.waitForTimeout(700)
  await page.reload()
  await page.getByTestId('assistant').first().waitFor()
  await idle(page)
  const after = await page.getByTestId('text').allInnerTexts()
  check(JSON.stringify(after) === JSON.stringify(before), `the conversation is back: ${JSON.stringify({ before, after })}`)
  check((await countOrders(page)) === 1, 'the order is back')
  await shot('07-reloaded')
}

/** A page that is closed in the middle of an answer is a killed app: the answer goes on where the gateway keeps it. */
async function goOnAfterReload(page: Page, shot: Shot): Promise<void> {
  await say(page, '有什么拿铁？')
  const isStreaming = () => {
    const answers = document.querySelectorAll('[data-test=assistant]')
    const last = answers[answers.length - 1]
    return last?.getAttribute('data-status') === 'streaming' && (last.querySelector('[data-test=text]')?.textContent?.length ?? 0) > 2
  }
  await page.waitForFunction(isStreaming)
  const answers = await page.getByTestId('assistant').count()
  await page.reload()
  await page.getByTestId('assistant').first().waitFor()
  await page.waitForFunction(count => document.querySelectorAll('[data-test=assistant]').length === count, answers)
  await idle(page)
  check((await page.getByTestId('assistant').last().getAttribute('data-status')) === 'complete', 'the answer is complete after a reload in its middle')
  check((await lastAnswer(page)).includes('拿铁'), 'and says what was asked')
  await shot('07b-gone-on')
}

async function orderInEnglish(page: Page, shot: Shot): Promise<void> {
  await page.getByTestId('language').click()
  await page.getByTestId('field').and(page.getByPlaceholder('What would you like?')).waitFor()
  await idle(page)
  await say(page, 'A large iced latte, please')
  await page.getByTestId('sheet').waitFor()
  await page.getByTestId('deny').click()
  await idle(page)
  check((await countOrders(page)) === 1, 'a denied order is not placed')
  await say(page, 'A large iced latte, please')
  await page.getByTestId('change').click()
  await page.getByTestId('choose-medium').click()
  await page.getByTestId('more').click()
  check((await page.getByTestId('sheet-total').innerText()) === '¥52', 'a change shows in the total')
  await shot('08-sheet-change-en')
  await page.getByTestId('confirm').click()
  await idle(page)
  check((await countOrders(page)) === 2, 'the changed order is placed')
  await shot('09-ordered-en')
}

async function rewriteAndCopy(page: Page): Promise<void> {
  await page.getByTestId('copy').last().click()
  await page.getByText('Copied', { exact: true }).waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  check(copied.endsWith('\n\nAI生成 · AI-generated') && copied.length > 40, `a copy carries the label: ${copied}`)
  const users = await page.getByTestId('user').count()
  await page.getByTestId('user').last().click()
  await page.getByTestId('edit').last().click()
  await page.waitForFunction(() => (document.querySelector('[data-test=field]') as HTMLTextAreaElement).value === 'A large iced latte, please')
  await page.getByTestId('field').fill('Anything decaf?')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(200)
  await idle(page)
  check((await page.getByTestId('user').count()) === users, 'a rewritten message takes the place of the old one')
  check((await page.getByTestId('user').last().innerText()).includes('decaf'), 'the new words are shown')
  await page.getByTestId('regenerate').last().click()
  await page.waitForTimeout(200)
  await idle(page)
  check((await page.getByTestId('user').count()) === users, 'answering again keeps the question')
}

/** What says that AI generates the answers is on the screen whole, and says it in these words. */
async function showsTheLabel(page: Page, words: string): Promise<void> {
  const label = page.getByTestId('ai-label')
  check((await label.innerText()) === words, `the label says ${words}`)
  const box = await label.boundingBox()
  const { width, height } = page.viewportSize()!
  check(box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, 'the label is in sight')
}

/** At 320 px nothing sticks out, and whatever can be tapped is 44 px or more. */
async function fitsNarrowScreens(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 568 })
  const misfits = await page.evaluate(() => {
    const small = [...document.querySelectorAll('button')]
      .map(button => ({ name: button.dataset.test ?? button.textContent, box: button.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44 || box.right > 320 || box.left < 0)
      .map(({ name, box }) => `${name} ${Math.round(box.width)}×${Math.round(box.height)}`)
    const log = document.querySelector('[data-test=log]')!
    return log.scrollWidth > log.clientWidth ? [...small, 'the conversation scrolls sideways'] : small
  })
  check(misfits.length === 0, `everything fits: ${misfits.join(', ')}`)
  await showsTheLabel(page, '内容由 AI 生成')
  await page.setViewportSize({ width: 390, height: 844 })
}

/** Tab goes round inside the sheet, and the page behind it cannot be reached. */
async function keepsTheFocus(page: Page): Promise<void> {
  for (let press = 0; press < 6; press++) {
    await page.keyboard.press('Tab')
    const isInside = await page.evaluate(() => document.activeElement?.closest('[data-test=sheet]') !== null)
    check(isInside, 'the focus stays in the sheet')
  }
}

/** Notes the length of the last answer each time it changes on screen. */
async function watchGrowth(page: Page): Promise<void> {
  await page.evaluate(() => {
    const growth: number[] = ((window as unknown as { growth: number[] }).growth = [])
    new MutationObserver(() => {
      const texts = [...document.querySelectorAll('[data-test=assistant] [data-test=text]')]
      const length = texts.reduce((sum, text) => sum + (text.textContent?.length ?? 0), 0)
      if (length > (growth[growth.length - 1] ?? 0)) growth.push(length)
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('field').fill(text)
  await page.keyboard.press('Enter')
  await page.getByTestId('user').getByText(text).last().waitFor()
}

async function idle(page: Page): Promise<void> {
  await page.locator('[data-test=page][data-status=idle]').waitFor()
}

function status(page: Page): Promise<string | null> {
  return page.getByTestId('page').getAttribute('data-status')
}

function lastAnswer(page: Page): Promise<string> {
  return page.getByTestId('assistant').last().getByTestId('text').allInnerTexts().then(texts => texts.join('\n'))
}

function countOrders(page: Page): Promise<number> {
  return page.evaluate(() => {
    const stored = Object.keys(localStorage).find(key => key.endsWith('sampan-coffee:orders'))
    const value = stored ? (JSON.parse(localStorage.getItem(stored)!) as { data?: unknown[] } | unknown[]) : []
    return (Array.isArray(value) ? value : value.data ?? []).length
  })
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`Not as it should be: ${what}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [url, screenshotsDir] = process.argv.slice(2)
  if (!url) throw new Error('Usage: tsx drink-order.ts <url> [folder for screenshots]')
  drinkOrder({ url, screenshotsDir }).then(
    report => console.log(JSON.stringify(report)),
    error => {
      console.error(error)
      process.exitCode = 1
    },
  )
}
