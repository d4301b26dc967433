import { SampanError } from '../../sdk/errors.js'
import type { Capabilities, HostCallback, Platform } from '../../sdk/platform/platform.js'
import { browserSocket } from '../shared/browser-socket.js'
import { decodersOf } from '../shared/native-text-decoder.js'
import { canStreamFetch, fetchRequest } from './fetch-request.js'
import { webFiles } from './web-files.js'
import { isReleasePage, thisPage, type WebPage } from './web-page.js'
import { webSignals } from './web-signals.js'
import { findLocalStorage, memoryStore, webStorage } from './web-storage.js'
import { xhrRequest } from './xhr-request.js'

/** What a page may choose. */
export interface WebPlatformOptions {
  /**
   * Whether real users see this page; such a page refuses a raw provider key. Default: `false` on `localhost`, on
   * `127.*` and in a file, `true` anywhere else. Say `true` in an app shell, which shows such pages to real users.
   */
  isRelease?: boolean
  /** The page's global object. Default: the one this code runs in. */
  page?: WebPage
}

/** Bytes `getRandomValues` gives at a time. */
const RANDOM_BYTES = 65_536

/**
 * A browser as a host. It streams over `fetch`, as bytes, and where a browser cannot, over `XMLHttpRequest`, as text.
 * It stores in `localStorage`, and where that is not to be had, in memory (`capabilities.volatileStorage`). It signs
 * nobody in: that is the app's affair.
 *
 * @throws `platform/unsupported` where there is neither `fetch` with a body to read nor `XMLHttpRequest`.
 * @example
 * const platform = webPlatform()
 */
export function webPlatform({ page = thisPage(), isRelease = isReleasePage(page) }: WebPlatformOptions = {}): Platform {
  const isFetch = canStreamFetch(page)
  if (!isFetch && !page.XMLHttpRequest) {
    throw new SampanError('platform/unsupported', 'There is no fetch and no XMLHttpRequest here: webPlatform runs in a browser')
  }
  const store = findLocalStorage(page)
  const capabilities: Capabilities = {
    stream: isFetch ? 'bytes' : 'text',
    // HTTP/1.1 gives a page six connections a server, and lets the rest wait. Two stay free, so that a cancel gets through.
    maxStreams: 4,
    abort: true,
    earlyHeaders: true,
    volatileStorage: !store,
    ...(store && { storageTotalBytes: 5_242_880 }),
  }
  const request = isFetch ? fetchRequest : xhrRequest
  return {
    host: { name: 'web', version: '', isSimulator: false, isRelease },
    capabilities,
    storage: webStorage(store ?? memoryStore()),
    request: (options, handlers) => request(page, options, handlers),
    onSignal: (listener) => webSignals(page, listener),
    ...(isFetch && page.FormData && webFiles(page)),
    ...(page.WebSocket && { openSocket: browserSocket(page.WebSocket) }),
    ...(page.crypto && { randomBytes: randomBytesOf(page.crypto) }),
    ...(page.TextDecoder && { createTextDecoder: decodersOf(page.TextDecoder) }),
  }
}

function randomBytesOf(crypto: NonNullable<WebPage['crypto']>) {
  return (count: number, done: HostCallback<Uint8Array>): void => {
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; at += RANDOM_BYTES) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES))
    done(null, bytes)
  }
}
