import { errMsgError } from '../host-errors.js'
import { WX_KEY_BYTES, WX_STORAGE_BYTES } from '../host-storage.js'
import { randomValues, systemInfo, WX_BACKGROUND, WX_EVENTS, wxLike, wxRequests } from './wx-like.js'

/** Requests, uploads and downloads WeChat runs at once. More wait, and nobody is told. */
export const WX_MAX_REQUESTS = 10

/** WeChat. Sources: `miniprogram-api-typings` 5.2.3; developers.weixin.qq.com, network guide; reports by number. */
export const wechat = wxLike({
  name: 'wechat',
  sdkVersion: '3.7.0',
  appVersion: '8.0.54',
  requests: wxRequests({
    timeoutSince: '2.10.0',
    limits: () => ({ total: WX_MAX_REQUESTS }),
    taskSince: '1.4.0',
    headsSince: '2.1.0',
    chunks: { kind: 'bytes', optionSince: '2.20.2', listenerSince: '2.20.1' },
    referer: 'https://servicewechat.com/wx0000000000000000/devtools/page-frame.html',
    result: ({ data, status, header }) => ({ data, statusCode: status, header, cookies: [], errMsg: 'request:ok' }),
    // The typings say that the developer tool leaves the status out here.
    head: ({ status, header }, { platform }) => ({ header, cookies: [], ...(platform !== 'devtools' && { statusCode: status }) }),
  }),
  storage: { keyBytes: WX_KEY_BYTES, totalBytes: WX_STORAGE_BYTES, missing: '', failsOnMissing: true, encrypts: true, batches: true },
  background: WX_BACKGROUND,
  events: [...WX_EVENTS, 'NeedPrivacyAuthorization', 'Error', 'UnhandledRejection'],
  error: errMsgError('2.24.0'),
  apis: phone => ({
    getAppBaseInfo: () => ({ SDKVersion: phone.sdkVersion, version: phone.appVersion, language: 'zh_CN' }),
    getDeviceInfo: () => ({ platform: phone.platform, brand: phone.platform, model: 'fake', system: 'fake 1' }),
    getSystemInfoSync: () => systemInfo(phone),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0000000000000000', envVersion: phone.envVersion, version: '' } }),
    getRandomValues: randomValues(phone),
    getNetworkType: () => ({ networkType: phone.isOnline ? 'wifi' : 'none' }),
    checkSession: () => ({}),
    requirePrivacyAuthorize: () => ({}),
  }),
  lacks: ({ has }) => ['offNeedPrivacyAuthorization', ...(has('2.15.0') ? [] : ['getRandomValues']), ...(has('2.32.3') ? [] : ['requirePrivacyAuthorize', 'onNeedPrivacyAuthorization'])],
  assumed: [
    'a key that is not stored reads as an empty text, and fails the asynchronous read',
    'texts of a full storage, of an address that is not on the list, and of one socket too many',
    'what was encrypted and is read without saying so is missing, and the other way round',
    '`data` is empty after a stream',
    'a timeout above 60 s is heeded (see the bug `oneMinuteCeiling`)',
    'a socket that is cut closes with 1006; one that fails reports an error, then that close',
    'a sign-in code is good for 5 minutes',
  ],
})
