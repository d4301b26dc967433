import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type BrowserContext } from 'playwright-core'

/** A phone in a fresh profile. `chromium` comes from the system; nothing is downloaded. */
export function openBrowser(userDataDir: string): Promise<BrowserContext> {
  return chromium
    .launchPersistentContext(userDataDir, {
      executablePath: findChromium(),
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    .then(context => {
      context.setDefaultTimeout(20_000)
      return context
    })
}

function findChromium(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'chromium-headless-shell']) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here: look further.
      }
    }
  }
  throw new Error('There is no chromium on PATH (Debian: apt-get install chromium fonts-wqy-zenhei)')
}
