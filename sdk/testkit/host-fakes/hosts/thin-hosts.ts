import { FROM_WECHAT, systemInfo, WX_BACKGROUND, WX_EVENTS, wxLike, wxRequests } from './wx-like.js'

// Hosts of which little is known. What is, stands in their rows; the rest is WeChat's, and listed.
const { texts, timeout, background, storage, sockets, events, system, files, code, abort, noChunks } = FROM_WECHAT

/** QQ. Sources: q.qq.com, network page; uni-app's documentation for sockets. */
export const qq = wxLike({
  name: 'qq',
  sdkVersion: '1.60.0',
  appVersion: '9.0.0',
  requests: wxRequests({
    limits: () => ({ total: 10 }),
    headsSince: '0',
    referer: 'https://appservice.qq.com/0000000000/devtools/page-frame.html',
  }),
  background: WX_BACKGROUND,
  assumed: [texts, timeout, abort, storage, events, system, code, noChunks, 'sockets are cut in the background as requests are', 'tasks have `onHeadersReceived`'],
})

/** JD. Sources: Taro's platform plug-in; uni-app's documentation for methods and sign-in. */
export const jd = wxLike({
  name: 'jd',
  sdkVersion: '1.0.0',
  appVersion: '1.0.0',
  requests: wxRequests({ methods: ['GET', 'POST'] }),
  signIn: {
    api: 'login',
    codeLifeMs: 300_000,
    answer: (_args, makeCode, { bugs, platform }) => ({ code: bugs.jdMockLogin || platform === 'devtools' ? '200' : makeCode() }),
  },
  files: { lacksManager: true },
  lacks: () => ['checkSession'],
  assumed: [texts, timeout, abort, background, storage, sockets, events, system, files, code, noChunks, 'requests run without a limit on their number'],
})

/** Kuaishou. Sources: open.kuaishou.com, allow-lists; uni-app's documentation for methods; Taro's platform plug-in. */
export const kuaishou = wxLike({
  name: 'kuaishou',
  sdkVersion: '1.0.0',
  appVersion: '1.0.0',
  requests: wxRequests({ methods: ['GET', 'POST'] }),
  assumed: [texts, timeout, abort, background, storage, sockets, events, system, files, code, noChunks, 'requests run without a limit on their number'],
})

/** Xiaohongshu. Sources: a walkthrough of the vendor's demo app for `enableChunked`; uni-app's tables. */
export const xiaohongshu = wxLike({
  name: 'xiaohongshu',
  sdkVersion: '3.136.0',
  appVersion: '8.0.0',
  requests: wxRequests({ chunks: { kind: 'bytes', optionSince: '0', listenerSince: '0' } }),
  assumed: [
    texts, timeout, abort, background, storage, sockets, events, system, files, code,
    'chunks are bytes, on every base library; tasks have no `onHeadersReceived`',
    'requests run without a limit on their number',
  ],
})

/** Feishu. Sources: open.feishu.cn, `tt.request`; uni-app's tables. Its global is `tt`, like Douyin's. */
export const feishu = wxLike({
  name: 'feishu',
  sdkVersion: '2.0.0',
  appVersion: '7.35.0',
  requests: wxRequests({
    methods: ['GET', 'POST', 'PUT', 'HEAD', 'DELETE'],
    limits: () => ({ total: 10 }),
    reservedHeaders: ['x-request-id', 'x-request-id-op', 'x-tt-log-id', 'referer'],
    reserves: (name, { platform }) => name === 'cookie' && (platform === 'windows' || platform === 'mac'),
  }),
  apis: phone => ({
    getSystemInfoSync: () => ({ ...systemInfo(phone), appName: 'Feishu' }),
    getNetworkType: () => ({ networkType: phone.isOnline ? 'wifi' : 'none' }),
    checkSession: () => ({}),
  }),
  assumed: [
    texts, timeout, abort, background, storage, sockets, events, files, code, noChunks,
    '`getSystemInfoSync` tells `appName: \'Feishu\'`',
    'requests over the limit wait, as WeChat\'s do',
    'headers the host reserves are left out without a word',
  ],
})

/** HarmonyOS atomic services (ASCF). Source: developer.huawei.com, atomic-references, apis-request. */
export const harmony = wxLike({
  name: 'harmony',
  sdkVersion: '2.0.5',
  appVersion: '6.0.0',
  requests: wxRequests({
    taskSince: '1.0.4',
    headsSince: '1.0.4',
    chunks: { kind: 'bytes', optionSince: '2.0.2', listenerSince: '2.0.2' },
  }),
  events: WX_EVENTS.filter(event => event !== 'MemoryWarning'),
  lacks: () => ['checkSession'],
  assumed: [
    texts, timeout, abort, background, storage, sockets, system, code,
    'app and network events have WeChat\'s names',
    'chunks are bytes; tasks have `onHeadersReceived`',
    'requests run without a limit on their number',
  ],
})
