import { TroubleError } from '../host-call.js'
import { errMsgError } from '../host-errors.js'
import { FROM_WECHAT, systemInfo, wxLike, wxRequests } from './wx-like.js'

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE']

/** Baidu. Sources: the vendor's network pages of 2021-03; ecomfe/sse-kit for streaming; uni-app's and its documentation. */
export const baidu = wxLike({
  name: 'baidu',
  sdkVersion: '3.300.0',
  appVersion: '13.0.0',
  requests: wxRequests({
    timeoutMs: 10_000,
    maxTimeoutMs: 60_000,
    methods: METHODS,
    limits: ({ platform }) => (platform === 'ios' ? { total: 6 } : { total: 64, perHost: 5 }),
    chunks: { kind: 'text', optionSince: '0', listenerSince: '0' },
    asciiHeaders: true,
    refusesBuffers: true,
    domains: 'hostname',
    endOf: (status, { platform }) => (platform === 'ios' && status >= 400 ? 'bare' : 'success'),
  }),
  sockets: { max: 5, severalSince: '1.9.4' },
  signIn: { api: 'getLoginCode', codeLifeMs: 600_000, answer: (_args, makeCode) => ({ code: makeCode() }) },
  error(api, trouble, phone) {
    const error = errMsgError()(api, trouble, phone) as { errMsg: string }
    // assumed: the number. That some APIs fail in this shape is known, which ones and how is not.
    return phone.bugs.errorMessages ? { error: 10000, errorMessage: error.errMsg } : error
  },
  apis: phone => ({
    getSystemInfoSync: () => systemInfo(phone),
    getNetworkType: () => ({ networkType: phone.isOnline ? 'wifi' : 'none' }),
    checkSession: () => ({}),
    // Only a tap on a button made for it signs in this way.
    login() {
      throw new TroubleError('denied')
    },
  }),
  assumed: [
    FROM_WECHAT.texts,
    FROM_WECHAT.background,
    FROM_WECHAT.storage,
    FROM_WECHAT.events,
    FROM_WECHAT.system,
    FROM_WECHAT.abort,
    'requests over the limit wait, as WeChat\'s do',
    'every base library streams; tasks have no `onHeadersReceived`',
    '`responseType: \'arraybuffer\'` does not make chunks of bytes',
    'an HTTP error on iOS fails without status, headers and body',
    '`swan.login` fails where no button was tapped',
  ],
})
