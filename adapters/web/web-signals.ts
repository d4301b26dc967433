import type { HostSignal, Stop } from '../../sdk/platform/platform.js'
import type { WebPage } from './web-page.js'

/**
 * Listens to a page. A tab in the background counts as hidden, and so does a page that is left: a phone's browser may
 * end either without another word. One that comes back out of the browser's history is shown again.
 */
export function webSignals(page: WebPage, listener: (signal: HostSignal) => void): Stop {
  const isInBackground = (): boolean => page.document?.visibilityState === 'hidden'
  let isHidden = isInBackground()
  // Leaving a page tells it twice, by `visibilitychange` and by `pagehide`.
  const setHidden = (next: boolean): void => {
    if (next === isHidden) return
    isHidden = next
    listener(next ? 'hide' : 'show')
  }
  const stops = [
    listen(page.document, 'visibilitychange', () => setHidden(isInBackground())),
    listen(page, 'pagehide', () => setHidden(true)),
    listen(page, 'pageshow', () => setHidden(isInBackground())),
    listen(page, 'online', () => listener('online')),
    listen(page, 'offline', () => listener('offline')),
  ]
  return () => stops.forEach((stop) => stop())
}

function listen(target: Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> | undefined, event: string, heard: () => void): Stop {
  target?.addEventListener?.(event, heard)
  return () => target?.removeEventListener?.(event, heard)
}
