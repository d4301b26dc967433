import { randomBytes } from 'node:crypto'
import { errMsgError } from '../host-errors.js'
import type { HostPhone } from '../host-phone.js'
import type { BackgroundRules, HostProfile, RequestRules } from '../host-profile.js'

/** Methods of WeChat, and of those that say they follow it. */
export const WX_METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']

/** Events of an app on most hosts. */
export const WX_EVENTS = ['AppShow', 'AppHide', 'NetworkStatusChange', 'MemoryWarning']

/** Background as WeChat and QQ have it: after 5 s unfinished requests are interrupted, and none succeeds until shown. */
export const WX_BACKGROUND: BackgroundRules = { graceMs: 5000, cutsRequests: true, cutsSockets: true }

/** A sign-in code of five minutes, alone in its answer. */
export const WX_SIGN_IN: HostProfile['signIn'] = { api: 'login', codeLifeMs: 300_000, answer: (_args, makeCode) => ({ code: makeCode() }) }

/** Requests of a host that is like `wx` as far as anybody knows. */
export function wxRequests(rules: Partial<RequestRules> = {}): RequestRules {
  return {
    timeoutMs: 60_000,
    methods: WX_METHODS,
    headerNames: ['header'],
    reservedHeaders: ['referer'],
    domains: 'host-and-port',
    result: ({ data, status, header }) => ({ data, statusCode: status, header, errMsg: 'request:ok' }),
    head: ({ status, header }) => ({ header, statusCode: status }),
    endOf: () => 'success',
    ...rules,
  }
}

/** What `getSystemInfoSync` tells on a host that is like `wx`. */
export function systemInfo({ sdkVersion, appVersion, platform }: HostPhone): object {
  return { SDKVersion: sdkVersion, version: appVersion, platform, brand: platform, model: 'fake', system: 'fake 1' }
}

/** Random bytes as `wx.getRandomValues` answers them. */
export function randomValues({ makeBuffer }: HostPhone) {
  return ({ length }: { length: number }): object => ({ randomValues: makeBuffer(randomBytes(length)) })
}

type Known = Pick<HostProfile, 'name' | 'sdkVersion' | 'appVersion' | 'assumed'> & Partial<HostProfile>

/** A host that is like `wx` in all that is not said of it. What that makes up stands in its list of assumptions. */
export function wxLike(known: Known): HostProfile {
  return {
    requests: wxRequests(),
    sockets: { max: 5 },
    storage: { missing: '', failsOnMissing: true },
    background: { graceMs: 5000 },
    signIn: WX_SIGN_IN,
    hasOkText: true,
    networkTypes: { online: 'wifi', offline: 'none' },
    events: WX_EVENTS,
    error: errMsgError(),
    apis: phone => ({ getSystemInfoSync: () => systemInfo(phone), getNetworkType: () => ({ networkType: phone.isOnline ? 'wifi' : 'none' }), checkSession: () => ({}) }),
    ...known,
  }
}

/** What no vendor page says of a host, and its fake has from WeChat. */
export const FROM_WECHAT = {
  texts: 'failures are `{ errMsg }` with texts like WeChat\'s',
  timeout: 'requests end after 60 s where no timeout is asked for',
  background: 'requests and sockets go on in the background',
  storage: 'storage has no limit, and answers as WeChat\'s does',
  sockets: 'sockets: five at once, in WeChat\'s shape',
  events: 'app, network and memory events have WeChat\'s names',
  system: '`getSystemInfoSync` tells `SDKVersion`, `version` and `platform`',
  files: 'uploads, and what reads files, are as in WeChat',
  code: 'a sign-in code is good once, for 5 minutes',
  abort: '`abort` of a request ends it with `request:fail abort`',
  noChunks: 'no streaming: `enableChunked` does nothing and tasks have no `onChunkReceived` (see the option `chunks`)',
} as const
