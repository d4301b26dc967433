type Listening = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>

/** As much of a page's global object as the web adapter asks for: `window`, or what stands in for it. All may be missing. */
export interface WebPage extends Partial<Listening> {
  readonly fetch?: typeof fetch
  readonly Response?: typeof Response
  readonly FormData?: typeof FormData
  readonly AbortController?: typeof AbortController
  readonly XMLHttpRequest?: typeof XMLHttpRequest
  /** Reading it throws where the browser blocks a site's data. */
  readonly localStorage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>
  readonly document?: Listening & Pick<Document, 'visibilityState'>
  readonly navigator?: Pick<Navigator, 'onLine'>
  readonly location?: Pick<Location, 'hostname' | 'protocol'>
  readonly crypto?: Pick<Crypto, 'getRandomValues'>
  readonly TextDecoder?: typeof TextDecoder
  readonly WebSocket?: typeof WebSocket
}

/** The page this code runs in. Old engines know no `globalThis`, and a worker has no `window`. */
export function thisPage(): WebPage {
  return typeof self === 'undefined' ? globalThis : self
}

const DEVELOPMENT = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whether real users may see this page. Where it does not tell its address it counts as one they see: that is the careful side. */
export function isReleasePage({ location }: WebPage): boolean {
  return !location || !(location.protocol === 'file:' || DEVELOPMENT.test(location.hostname))
}
