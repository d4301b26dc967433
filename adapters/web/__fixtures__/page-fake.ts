import type { WebPage } from '../web-page.js'
import type { WebStore } from '../web-storage.js'

/** A page without a browser: what it shows and what happens to it is in the test's hands. */
export interface PageFake extends WebPage {
  /** Shows or hides the tab. */
  setVisible(isVisible: boolean): void
  /** Something happens to the window: `pagehide`, `online` … */
  fire(event: string): void
  /** Listeners of window and document that are registered now. */
  readonly listenerCount: number
}

/** Node's own `fetch`, a document and a `localStorage`, and whatever a test puts in their place. */
export function createPageFake(parts: Partial<WebPage> = {}): PageFake {
  const { fetch, FormData, Response, AbortController, TextDecoder, crypto } = globalThis
  const window = createTarget()
  const onDocument = createTarget()
  let visibilityState: DocumentVisibilityState = 'visible'
  return {
    fetch, FormData, Response, AbortController, TextDecoder, crypto,
    localStorage: createStoreFake(),
    navigator: { onLine: true },
    location: { hostname: 'shop.example.com', protocol: 'https:' },
    document: Object.defineProperty({ ...onDocument.target } as NonNullable<WebPage['document']>, 'visibilityState', { get: () => visibilityState }),
    ...window.target,
    ...parts,
    setVisible(isVisible) {
      visibilityState = isVisible ? 'visible' : 'hidden'
      onDocument.fire('visibilitychange')
    },
    fire: window.fire,
    get listenerCount() {
      return window.count() + onDocument.count()
    },
  }
}

function createTarget() {
  const listeners = new Map<string, Set<() => void>>()
  const of = (event: string): Set<() => void> => listeners.get(event) ?? listeners.set(event, new Set()).get(event)!
  return {
    target: {
      addEventListener: (event: string, listener: unknown) => void of(event).add(listener as () => void),
      removeEventListener: (event: string, listener: unknown) => void of(event).delete(listener as () => void),
    },
    fire: (event: string) => of(event).forEach((listener) => listener()),
    count: () => [...listeners.values()].reduce((sum, each) => sum + each.size, 0),
  }
}

/** A `localStorage` with room for so many UTF-16 units. `0` is Safari's private mode of old. */
export function createStoreFake(room = 5_242_880): WebStore {
  const entries = new Map<string, string>()
  const used = (): number => [...entries].reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem(key, value) {
      const before = entries.has(key) ? key.length + entries.get(key)!.length : 0
      if (used() - before + key.length + value.length > room) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      entries.set(key, value)
    },
    removeItem: (key) => void entries.delete(key),
    key: (index) => [...entries.keys()][index] ?? null,
    get length() {
      return entries.size
    },
  }
}
