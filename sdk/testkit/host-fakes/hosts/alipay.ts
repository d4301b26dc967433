import { alipayError } from '../host-errors.js'
import type { HostProfile } from '../host-profile.js'
import { TroubleError } from '../host-call.js'
import { WX_EVENTS, WX_METHODS, wxRequests } from './wx-like.js'

const APP_ID = '2021000000000000'

/** Alipay. Sources: `@mini-types/my` 3.0.14; AlipayDocs/open-docs (network, storage, sign-in and FAQ pages). */
export const alipay: HostProfile = {
  name: 'alipay',
  sdkVersion: '2.9.22',
  appVersion: '10.6.0',
  requests: wxRequests({
    timeoutMs: 30_000,
    maxTimeoutMs: 60_000,
    methods: WX_METHODS,
    headsSince: '0',
    headerNames: ['header', 'headers'],
    referer: `https://${APP_ID}.hybrid.alipay-eco.com/${APP_ID}/1.0.0/index.html#pages/index/index`,
    domains: 'registrable',
    result: ({ data, status, header }) => ({ data, status, headers: header, statusCode: status, header }),
    head: ({ header }) => ({ headers: header }),
    // The typings, the FAQ and Taro's code say so of every status but 200; one page says that all are a success.
    endOf: (status, { bugs }) => (status === 200 || bugs.httpErrorInSuccess ? 'success' : bugs.bareHttpError ? 'bare' : 'fail'),
    httpFailure: ({ status, data, header }) => ({ status, data, headers: header }),
    failsOnBadJson: ({ bugs }, dataType) => dataType === 'json' || !bugs.jsonOrText,
  }),
  sockets: { max: 5, isGlobal: true },
  files: { requires: ['fileName', 'fileType'], tellsHeaders: true },
  storage: { keyBytes: 200 * 1024, totalBytes: 10 * 1024 * 1024, takesObjects: true, missing: null },
  background: { graceMs: 5000, destroysAfterMs: 300_000, navigationAborts: true },
  signIn: {
    api: 'getAuthCode',
    // The shortest the vendor promises.
    codeLifeMs: 180_000,
    answer({ scopes = 'auth_base' }, makeCode) {
      const asked = [scopes].flat() as string[]
      if (!asked.length) throw new TroubleError('arguments')
      return { authCode: makeCode(), authSuccessScopes: asked, authErrorScopes: {} }
    },
  },
  isPromiseStyle: true,
  networkTypes: { online: 'WIFI', offline: 'NOTREACHABLE' },
  events: WX_EVENTS,
  error: alipayError,
  apis: phone => ({
    SDKVersion: phone.sdkVersion,
    getAppBaseInfo: () => ({ SDKVersion: phone.sdkVersion, version: phone.appVersion, language: 'zh-Hans' }),
    getAppIdSync: () => ({ appId: APP_ID }),
    getSystemInfoSync: () => ({
      app: 'alipay',
      platform: phone.platform === 'ios' ? 'iOS' : 'Android',
      version: phone.appVersion,
      brand: 'fake',
      model: 'fake',
      system: '1',
    }),
    getAccountInfoSync: () => ({ miniProgram: { appId: APP_ID, envVersion: phone.envVersion, version: '1.0.0' } }),
    getRunScene: () => ({ envVersion: phone.envVersion }),
    getNetworkType: () => ({ networkAvailable: phone.isOnline, networkType: phone.isOnline ? 'WIFI' : 'NOTREACHABLE' }),
  }),
  lacks: ({ has }) => (has('1.11.0') ? [] : ['request']),
  assumed: [
    'a failed call rejects its promise even where `fail` was given',
    'an aborted request fails, with a text and no number',
    'every status but 200 fails with error 19, status, headers and body (see the bugs `httpErrorInSuccess` and `bareHttpError`)',
    'bytes of a socket task come as base64, like those of the global socket',
    'the global socket that a second call replaces reports its close',
    'a synchronous write that does not fit answers `success: false` and does not throw',
    'a key that is not stored reads as `null`',
    '200 KB of a key are counted as UTF-8 bytes of its JSON',
    'requests and sockets go on in the background until the app is destroyed after 5 minutes',
    'no streaming: tasks have no `onChunkReceived`',
    'texts of the numbers 1, 11, 12, 13',
  ],
}
