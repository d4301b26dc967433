import type { Clock } from '../../platform/platform.js'

/** Hosts there is a fake of. */
export type HostFakeName =
  | 'wechat' | 'alipay' | 'douyin' | 'baidu' | 'qq' | 'jd' | 'kuaishou' | 'xiaohongshu' | 'feishu' | 'harmony'

/** Bugs and differences of real clients, as switches. Each was reported of the host it names. */
export interface HostBugs {
  /** WeChat on iOS: the network drops in the middle of a stream and no callback is ever called. */
  iosSilentDrop?: boolean
  /** WeChat on Windows: no chunk event, the whole body in `success`. */
  pcWholeBody?: boolean
  /** WeChat: the whole body in `success`, after it has come in pieces. */
  bodyAfterChunks?: boolean
  /** WeChat on Mac: a stream ends with the status `NaN`. */
  macNaNStatus?: boolean
  /** WeChat on iOS 8.0.54: of several streams only the listener registered last hears chunks. */
  listenerMixup?: boolean
  /** WeChat's developer tool: `abort` does nothing. */
  simulatorNoAbort?: boolean
  /** `request` returns `undefined`. */
  noRequestTask?: boolean
  /** WeChat on PC: `enableChunked` makes `request` throw. */
  enableChunkedThrows?: boolean
  /** `onHeadersReceived` never fires. */
  noHeaders?: boolean
  /** WeChat: no request outlives 60 s, whatever `timeout` asks for. */
  oneMinuteCeiling?: boolean
  /** Douyin: a client that lacks `createEventSource`, whatever its version says. */
  noEventSource?: boolean
  /** Alipay: an HTTP error comes to `success`, as one page of the vendor's says. */
  httpErrorInSuccess?: boolean
  /** Alipay: an HTTP error comes to `fail` without status, headers and body. */
  bareHttpError?: boolean
  /** Alipay: a synchronous read answers in `APDataStorage` instead of `data`. */
  apDataStorage?: boolean
  /** Alipay: `dataType` left out means `json_or_text`: what does not parse comes as text. */
  jsonOrText?: boolean
  /** Baidu: failures come as `{ error, errorMessage }`, as they do from some of its APIs. */
  errorMessages?: boolean
  /** JD: `login` answers the developer tool's mock code `200`. */
  jdMockLogin?: boolean
}

/** How a fake is set up. */
export interface HostFakeOptions {
  /** Of the base library. Default: one that has everything the host is known for. */
  sdkVersion?: string
  /** Of the app around it. Default: as above. */
  appVersion?: string
  /** Default `android`. */
  platform?: 'android' | 'ios' | 'windows' | 'mac' | 'devtools'
  /** Default `develop`. */
  envVersion?: 'develop' | 'trial' | 'release'
  bugs?: HostBugs
  /** Sizes each body is cut into again, whatever the socket delivered. The last repeats. Default: as delivered. */
  cuts?: number[]
  /** Hosts that may be called, written as the host's console has them. Default: all. */
  domains?: string[]
  /** What `enableChunked` makes of a body, where nobody knows what this host does. Default: the host's own. */
  chunks?: 'bytes' | 'text' | 'none'
  /** Whether a user is signed in to the app around the mini-program. Default true. */
  isSignedIn?: boolean
  /** Milliseconds in the background until the host cuts what it cuts. Default: the host's own. */
  backgroundGraceMs?: number
  /** Owns timeouts, the background and the life of sign-in codes. Default: real time. */
  clock?: Clock
  /** Makes the buffers an app gets. Default: of this realm. */
  makeBuffer?(bytes: Uint8Array): ArrayBuffer
  /** More APIs by name: what they return goes to `success`, what they throw to `fail`. */
  apis?: Record<string, (args: never) => unknown>
  /** APIs this client lacks. */
  without?: string[]
}
