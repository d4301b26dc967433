import { randomBytes } from 'node:crypto'
import { WxRequests, type WxRequestOption } from './wx-fake-request.js'
import { type wxError, wxStorageApis } from './wx-fake-storage.js'

/** Bugs of real clients, as switches. Each stands in the platform facts with its source. */
export interface WxBugs {
  /** iOS: the network drops in the middle of a stream and no callback is ever called. */
  iosSilentDrop?: boolean
  /** Windows: no chunk event, the whole body in `success`. */
  pcWholeBody?: boolean
  /** Mac: a stream ends with the status `NaN`. */
  macNaNStatus?: boolean
  /** iOS 8.0.54: of several streams only the listener registered last hears chunks. */
  listenerMixup?: boolean
  /** Developer tool: `abort` does nothing. */
  simulatorNoAbort?: boolean
  /** `request` returns `undefined`. */
  noRequestTask?: boolean
  /** PC: `enableChunked` makes `request` throw. */
  enableChunkedThrows?: boolean
  /** `onHeadersReceived` never fires. */
  noHeaders?: boolean
}

/** How the fake is set up. */
export interface WxFakeOptions {
  /** Default `3.7.0`. */
  sdkVersion?: string
  /** Default `android`. */
  platform?: 'android' | 'ios' | 'windows' | 'mac' | 'devtools'
  /** Default `develop`. */
  envVersion?: 'develop' | 'trial' | 'release'
  bugs?: WxBugs
  /** Sizes each body is cut into again, whatever the socket delivered. The last repeats. Default: as delivered. */
  cuts?: number[]
  /** Hosts with port that may be called. Default: all. */
  domains?: string[]
  /** Milliseconds in the background until requests are interrupted. Default 5000. */
  backgroundGraceMs?: number
  /** Makes the buffers an app gets. Default: of this realm. */
  makeBuffer?(bytes: Uint8Array): ArrayBuffer
  /** More APIs by name: what they return goes to `success`, what they throw to `fail`. */
  apis?: Record<string, (args: never) => unknown>
  /** APIs this client lacks. */
  without?: string[]
}

/** What the parts of the fake share. */
export interface WxState {
  readonly bugs: WxBugs
  readonly platform: string
  readonly cuts: number[]
  makeBuffer(bytes: Uint8Array): ArrayBuffer
  /** Why a request to this address fails at once, if it does: text and number. */
  refuse(url: string): [errMsg: string, errno?: number] | undefined
}

/** A `wx`, and the hands that move the phone it runs on. */
export interface WxFake {
  readonly wx: { request(option: object): unknown } & Record<string, (...args: never[]) => unknown>
  hide(): void
  show(): void
  setOnline(isOnline: boolean): void
  warnMemory(level?: number): void
  /** Whether a sign-in code is good. It is once. */
  redeem(code: string): boolean
  /** Listeners registered now under a name such as `AppShow` or `NeedPrivacyAuthorization`. */
  listenerCount(event: string): number
  readonly requests: { readonly running: number; readonly waiting: number }
  /** Logins that began while another was under way. */
  readonly overlappingLogins: number
  /** Ends what is under way. */
  dispose(): void
}

const EVENTS = ['AppShow', 'AppHide', 'NetworkStatusChange', 'MemoryWarning', 'NeedPrivacyAuthorization', 'Error', 'UnhandledRejection']

/**
 * A `wx` for unit tests and for the realm: WeChat's shapes, texts and limits, over real HTTP.
 *
 * @example
 * const { wx } = createWxFake({ cuts: [1, 2, 3], bugs: { macNaNStatus: true } })
 */
export function createWxFake(options: WxFakeOptions = {}): WxFake {
  const listeners = new Map(EVENTS.map((event) => [event, new Set<(result: object) => void>()]))
  const phone = { isHidden: false, isSuspended: false, isOnline: true }
  const requests = new WxRequests(shareState(options, phone))
  const logins = { open: 0, overlapping: 0, codes: new Set<string>() }
  let grace: ReturnType<typeof setTimeout> | undefined
  const emit = (event: string, result: object = {}): void => listeners.get(event)!.forEach((listener) => listener(result))

  const wx = assembleWx(options, requests, listeners, logins)
  return {
    wx,
    requests: {
      get running() {
        return requests.running.size
      },
      get waiting() {
        return requests.waiting.length
      },
    },
    get overlappingLogins() {
      return logins.overlapping
    },
    hide() {
      phone.isHidden = true
      emit('AppHide', { reason: 1 })
      grace = setTimeout(() => {
        phone.isSuspended = true
        requests.failAll('interrupted', 600003)
      }, options.backgroundGraceMs ?? 5000)
    },
    show() {
      clearTimeout(grace)
      Object.assign(phone, { isHidden: false, isSuspended: false })
      emit('AppShow', { path: 'pages/index/index', query: {}, scene: 1001 })
    },
    setOnline(isOnline) {
      phone.isOnline = isOnline
      if (!isOnline) requests.failAll('errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED', 600001)
      emit('NetworkStatusChange', { isConnected: isOnline, networkType: isOnline ? 'wifi' : 'none' })
    },
    warnMemory: (level = 10) => emit('MemoryWarning', { level }),
    redeem: (code) => logins.codes.delete(code),
    listenerCount: (event) => listeners.get(event)?.size ?? 0,
    dispose() {
      clearTimeout(grace)
      requests.dispose()
    },
  }
}

function shareState(options: WxFakeOptions, phone: { isSuspended: boolean; isOnline: boolean }): WxState {
  return {
    bugs: options.bugs ?? {},
    platform: options.platform ?? 'android',
    cuts: options.cuts ?? [],
    makeBuffer: options.makeBuffer ?? ((bytes) => new Uint8Array(bytes).buffer),
    refuse(url) {
      if (phone.isSuspended) return ['createRequestTask:fail:interrupted']
      if (!phone.isOnline) return ['errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED', 600001]
      if (!/^https?:\/\/./.test(url)) return ['invalid url', 600009]
      if (options.domains && !options.domains.includes(new URL(url).host)) return ['url not in domain list', 600002]
      return undefined
    },
  }
}

const SYNCHRONOUS = /Sync$|^get(AppBase|Device)Info$/

interface Logins { open: number; overlapping: number; codes: Set<string> }
type Apis = Record<string, (...args: never[]) => unknown>

function assembleWx(
  options: WxFakeOptions,
  requests: WxRequests,
  listeners: Map<string, Set<(result: object) => void>>,
  logins: Logins,
): WxFake['wx'] {
  const apis = plainApis(options, requests.state)
  const wx: Apis = {}
  for (const [name, api] of Object.entries(apis)) wx[name] = SYNCHRONOUS.test(name) ? api : answerLater(name, api)
  for (const name of ['setStorage', 'removeStorage', 'clearStorage', 'getStorageInfo']) {
    const sync = apis[name + 'Sync'] as (...args: unknown[]) => unknown
    wx[name] = answerLater(name, ({ key, data }: { key?: string; data?: unknown }) => sync(key, data) as object)
  }
  for (const [event, heard] of listeners) {
    wx['on' + event] = (listener: (result: object) => void) => void heard.add(listener)
    wx['off' + event] = (listener?: (result: object) => void) => void (listener ? heard.delete(listener) : heard.clear())
  }
  wx.request = (option: WxRequestOption) => requests.request(option)
  wx.login = (args: object) => {
    if (logins.open++ > 0) logins.overlapping++
    return answerLater('login', () => {
      logins.open--
      const code = randomBytes(8).toString('hex')
      logins.codes.add(code)
      return { code }
    })(args as never)
  }
  for (const name of options.without ?? []) delete wx[name]
  return wx as WxFake['wx']
}

function plainApis(options: WxFakeOptions, { platform, makeBuffer }: WxState): Apis {
  const { sdkVersion: SDKVersion = '3.7.0', envVersion = 'develop' } = options
  return {
    ...wxStorageApis(new Map()),
    getAppBaseInfo: () => ({ SDKVersion, version: '8.0.54', language: 'zh_CN' }),
    getDeviceInfo: () => ({ platform, brand: platform, model: 'fake', system: 'fake 1' }),
    getSystemInfoSync: () => ({ SDKVersion, platform, version: '8.0.54' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0000000000000000', envVersion } }),
    getRandomValues: ({ length }: { length: number }) => ({ randomValues: makeBuffer(randomBytes(length)) }),
    getNetworkType: () => ({ networkType: 'wifi' }),
    checkSession: () => ({}),
    requirePrivacyAuthorize: () => ({}),
    ...options.apis,
  }
}

function answerLater(name: string, api: (args: never) => unknown) {
  return (args: { success?(result: object): void; fail?(error: object): void; complete?(result: object): void } & object = {}): void => {
    const { success, fail, complete, ...rest } = args
    setTimeout(() => {
      let answer: object
      try {
        answer = { ...(api(rest as never) as object | undefined), errMsg: `${name}:ok` }
      } catch (thrown) {
        const { errMsg, errno } = thrown as ReturnType<typeof wxError>
        answer = errno === undefined ? { errMsg } : { errMsg, errno }
        fail?.(answer)
        return complete?.(answer)
      }
      success?.(answer)
      complete?.(answer)
    }, 0)
  }
}
