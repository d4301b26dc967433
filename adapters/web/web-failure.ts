import { errorMessage } from '../../sdk/errors.js'
import type { HostFailure } from '../../sdk/platform/platform.js'
import type { WebPage } from './web-page.js'

/**
 * Puts what a browser throws into the words all hosts share. Of a request a browser never says why it failed (a dead
 * network, a certificate and a missing CORS header look alike), so only what the page itself knows is told.
 */
export function classifyWebFailure({ navigator }: WebPage, thrown: unknown): HostFailure {
  const { name, code } = Object(thrown) as { name?: string; code?: number }
  // 22 and Firefox's 1014 are the codes from before the name was agreed on.
  const isQuota = name === 'QuotaExceededError' || code === 22 || code === 1014
  const isDenied = name === 'SecurityError'
  const isOffline = navigator?.onLine === false
  return { reason: isQuota ? 'quota' : isDenied ? 'denied' : isOffline ? 'offline' : 'unknown', errMsg: errorMessage(thrown) }
}
