import { alipaySocketApis } from './alipay-sockets.js'
import { hostCall } from './host-call.js'
import { fileApis } from './host-files.js'
import { eventSourceApi, type HostEventSource } from './host-event-source.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostPhone, type HostPhone } from './host-phone.js'
import { createHostSignIn, type HostSignIn } from './host-sign-in.js'
import { HostSockets, listenerSets, taskSocketApi } from './host-sockets.js'
import { storageApis } from './host-storage.js'
import { HOST_PROFILES } from './hosts/host-profiles.js'
import { RequestQueue } from './request-queue.js'
import type { HostRequestOption } from './host-request.js'

/** The global object of a mini-program host. */
export type HostApi = { request(option: object): unknown } & Record<string, (...args: never[]) => unknown>

/** The global object of a host, and the hands that move the phone it runs on. */
export interface HostFake {
  readonly name: HostFakeName
  readonly api: HostApi
  /** What this fake does without anybody knowing that the host does it. */
  readonly assumed: readonly string[]
  /** The app goes to the background, and after the host's grace is cut off as the host does it. */
  hide(): void
  show(): void
  /** A page change, on a host where that ends requests. */
  navigate?(): void
  setOnline(isOnline: boolean): void
  /** Puts a file on the phone, as a chooser would. Answers its path. */
  addFile(bytes: Uint8Array, name?: string): string
  warnMemory(level?: number): void
  /** Whether a sign-in code is good. It is once, and as long as the host says. */
  redeem(code: string): boolean
  /** Listeners registered now under a name such as `AppShow` or `NeedPrivacyAuthorization`. */
  listenerCount(event: string): number
  readonly requests: { readonly running: number; readonly waiting: number }
  /** Sockets that are open, or being opened. */
  readonly sockets: { readonly open: number }
  /** Logins that began while another was under way. */
  readonly overlappingLogins: number
  /** Whether the host ended the app in the background. */
  readonly isDestroyed: boolean
  /** Ends what is under way. */
  dispose(): void
}

/**
 * The global object of a mini-program host, for unit tests and for the realm: the host's shapes, texts and limits, over
 * real HTTP and real sockets. What the host is not known to do stands in `assumed`.
 *
 * @example
 * const { api, hide } = createHostFake('alipay', { bugs: { bareHttpError: true } })
 */
export function createHostFake(name: HostFakeName, options: HostFakeOptions = {}): HostFake {
  const profile = HOST_PROFILES[name]
  const phone = createHostPhone(profile, options)
  const parts: Parts = {
    phone,
    requests: new RequestQueue(phone),
    uploads: new RequestQueue(phone, 'uploadFile'),
    sockets: new HostSockets(phone),
    eventSources: new Set(),
    signIn: createHostSignIn(phone),
    events: listenerCounts(profile.events),
  }
  const background = createBackground(parts, options)
  return Object.assign(watched(parts, background), {
    name,
    api: assembleApi(parts, options),
    assumed: profile.assumed,
    hide: background.hide,
    show: background.show,
    ...(profile.background.navigationAborts && { navigate: () => parts.requests.failAll('navigation') }),
    setOnline: (isOnline: boolean) => setOnline(parts, isOnline),
    addFile(bytes: Uint8Array, fileName = `file-${phone.files.size}.bin`) {
      const path = `${profile.name}file://tmp/${fileName}`
      phone.files.set(path, bytes)
      return path
    },
    // iOS tells no level.
    warnMemory: (level = 10) => void parts.events.emit('MemoryWarning', phone.platform === 'ios' ? {} : { level }),
    redeem: (code: string) => parts.signIn.redeem(code),
    listenerCount: (event: string) => parts.events.count(event),
    dispose() {
      background.stop()
      endAll(parts)
    },
  })
}

/** What changes by itself, read when asked for. */
function watched({ requests, sockets, signIn }: Parts, background: { readonly isDestroyed: boolean }) {
  return {
    requests: {
      get running() {
        return requests.running.size
      },
      get waiting() {
        return requests.waiting.length
      },
    },
    sockets: {
      get open() {
        return sockets.open.size
      },
    },
    get overlappingLogins() {
      return signIn.overlapping
    },
    get isDestroyed() {
      return background.isDestroyed
    },
  }
}

function setOnline({ phone, requests, uploads, sockets, eventSources, events }: Parts, isOnline: boolean): void {
  phone.isOnline = isOnline
  if (!isOnline) {
    requests.failAll('offline')
    uploads.failAll('offline')
    sockets.cutAll()
    eventSources.forEach(source => source.fail('offline'))
  }
  events.emit('NetworkStatusChange', { isConnected: isOnline, networkType: phone.profile.networkTypes[isOnline ? 'online' : 'offline'] })
}

/** Ends what is under way, and nobody hears. */
function endAll({ requests, uploads, sockets, eventSources }: Parts): void {
  requests.dispose()
  uploads.dispose()
  sockets.dispose()
  eventSources.forEach(source => source.drop())
}

interface Parts {
  phone: HostPhone
  requests: RequestQueue
  uploads: RequestQueue
  sockets: HostSockets
  eventSources: Set<HostEventSource>
  signIn: HostSignIn
  events: ReturnType<typeof listenerCounts>
}

/** Listeners by event, as far as the host has the event. */
function listenerCounts(names: readonly string[]) {
  const sets = listenerSets(names)
  return {
    names,
    on: sets.on,
    off: sets.off,
    emit: (name: string, result?: object) => names.includes(name) && sets.emit(name, result),
    count: (name: string) => (names.includes(name) ? sets.count(name) : 0),
  }
}

function createBackground(parts: Parts, options: HostFakeOptions) {
  const { phone, requests, uploads, sockets, events } = parts
  const rules = phone.profile.background
  const stops: (() => void)[] = []
  const state = {
    isDestroyed: false,
    stop: () => stops.splice(0).forEach(stop => stop()),
    hide() {
      events.emit('AppHide', phone.profile.hasOkText ? { reason: 1 } : undefined)
      stops.push(phone.clock.setTimer(options.backgroundGraceMs ?? rules.graceMs, () => {
        phone.isSuspended = rules.cutsRequests ?? false
        if (rules.cutsRequests) [requests, uploads].forEach(queue => queue.failAll('interrupted'))
        if (rules.cutsSockets) sockets.cutAll()
      }))
      if (rules.destroysAfterMs === undefined) return
      stops.push(phone.clock.setTimer(rules.destroysAfterMs, () => {
        state.isDestroyed = true
        endAll(parts)
      }))
    },
    show() {
      state.stop()
      phone.isSuspended = false
      if (!state.isDestroyed) events.emit('AppShow', { path: 'pages/index/index', query: {}, scene: 1001 })
    },
  }
  return state
}

const SYNCHRONOUS = /Sync$|^get(AppBase|Device)Info$|^canIUse$/

function assembleApi({ phone, requests, uploads, sockets, eventSources, signIn, events }: Parts, options: HostFakeOptions): HostApi {
  const { profile } = phone
  const api: Record<string, unknown> = {}
  const add = (works: Record<string, unknown>): void => {
    for (const [name, work] of Object.entries(works)) {
      const isCall = typeof work === 'function' && !SYNCHRONOUS.test(name)
      api[name] = isCall ? hostCall(phone, name, work as (args: never) => unknown) : work
    }
  }
  add(profile.apis(phone))
  for (const event of events.names) Object.assign(api, { ['on' + event]: events.on(event), ['off' + event]: events.off(event) })
  Object.assign(api, storageApis(phone), fileApis(phone, uploads), profile.sockets.isGlobal ? alipaySocketApis(sockets) : { connectSocket: taskSocketApi(sockets) })
  const createEventSource = eventSourceApi(phone, eventSources)
  if (createEventSource) api.createEventSource = createEventSource
  api[profile.signIn.api] = signIn.api
  // A test's own APIs stand in for the host's, except for requests.
  add(options.apis ?? {})
  api.request = (option: HostRequestOption) => requests.request(option)
  for (const name of [...(profile.lacks?.(phone) ?? []), ...(options.without ?? [])]) delete api[name]
  return api as HostApi
}
