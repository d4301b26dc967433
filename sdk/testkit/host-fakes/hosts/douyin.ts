import { WX_KEY_BYTES, WX_STORAGE_BYTES } from '../host-storage.js'
import { FROM_WECHAT, systemInfo, wxLike, wxRequests } from './wx-like.js'

const ENV_TYPES = { develop: 'development', trial: 'preview', release: 'production' }

/** Douyin. Sources: `@douyin-microapp/typings` 1.3.1; developer.open-douyin.com, `tt.request`, `tt.createEventSource`. */
export const douyin = wxLike({
  name: 'douyin',
  sdkVersion: '4.7.0',
  appVersion: '34.7.0',
  requests: wxRequests({
    maxTimeoutMs: 60_000,
    timeoutSince: '2.31.0',
    methodSince: { PATCH: '2.42.0' },
    reservedHeaders: ['referer', 'user-agent'],
    releaseNeedsHttps: true,
  }),
  eventSource: { since: '3.35.0', appSince: '30.8.0', timeoutSince: '4.7.0', timeoutMs: 60_000 },
  sockets: { max: 5, hasReadyState: true },
  storage: { keyBytes: WX_KEY_BYTES, totalBytes: WX_STORAGE_BYTES, missing: '' },
  background: { graceMs: 5000, cutsSockets: true },
  signIn: {
    api: 'login',
    codeLifeMs: 180_000,
    answer({ force = true }, makeCode, { isSignedIn }) {
      // With `force` the host shows its own sign-in, and here the user signs in.
      const isLogin = isSignedIn || force === true
      return { code: isLogin ? makeCode() : '', anonymousCode: makeCode(), isLogin }
    },
  },
  apis: phone => ({
    getSystemInfoSync: () => ({ ...systemInfo(phone), appName: 'Douyin' }),
    getEnvInfoSync: () => ({
      microapp: { mpVersion: '1.0.0', envType: ENV_TYPES[phone.envVersion], appId: 'tt0000000000000000' },
      plugin: {},
      common: { USER_DATA_PATH: 'ttfile://user' },
    }),
    checkSession: () => ({}),
  }),
  // The typings have no way to stop hearing of memory.
  lacks: () => ['offMemoryWarning'],
  assumed: [
    FROM_WECHAT.texts,
    FROM_WECHAT.timeout,
    FROM_WECHAT.abort,
    'requests run without a limit on their number',
    'requests and event sources go on in the background',
    'an event source closes at the end of the body, reports an error when the connection breaks or its time is over, and never reconnects',
    'an event source writes `data` as JSON, and heeds no `timeout` among its parameters',
    'any answer to an event source but status 200 and `text/event-stream` is an error',
    'values of `envType`',
    'without `force`, a user who is not signed in has an empty `code`',
  ],
})
