import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How Alipay differs from WeChat. Sources: its typings (`@mini-types/my` 3.0.14) and its open documents. */
export const alipayQuirks: HostQuirks = {
  name: 'alipay',
  // `my.request`; before it there was `my.httpRequest` (opendocs, my.request).
  minVersion: '1.11.0',
  minStreamVersion: '0',
  // Neither the typings nor any document know a chunk listener.
  probesStream: true,
  capabilities: {
    stream: 'none',
    maxStreams: 1,
    // Default 30 s, maximum 60 s (opendocs, questions about my.request).
    maxRequestMs: 60_000,
    // 200 KB a key, 10 MB in all (opendocs, my.setStorage).
    storageKeyBytes: 204_800,
    storageTotalBytes: 10_485_760,
  },
  // The older of its two names for the same (typings).
  headerField: 'headers',
  // Any other type is decoded, and fails as error 14 where it cannot be (opendocs). There is no `responseType`.
  requestFields: { dataType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { dataType: 'arraybuffer' },
  maxTimeoutMs: 60_000,
  // The field has two names, and the kind of a file must be said (typings).
  uploadFields: (path, name) => ({
    fileName: name,
    fileType: /\.(mp4|mov|m4v|webm)$/i.test(path) ? 'video' : /\.(mp3|m4a|aac|wav|amr|ogg|pcm)$/i.test(path) ? 'audio' : 'image',
  }),
  signIn: { api: 'getAuthCode', args: { scopes: 'auth_base', timeout: 10_000 }, field: 'authCode' },
  // Each API counts its errors anew (opendocs, errors of my.request and of my.setStorage).
  reasons: {
    // A page was left before the answer came.
    'request 1': 'suspended',
    // Arguments.
    'request 2': 'unsupported',
    'request 11': 'domain-not-allowed',
    'request 12': 'offline',
    'request 13': 'timeout',
    // The body could not be decoded.
    'request 14': 'unknown',
    // 19 is "http status error", or a certificate: there the text decides.
    'setStorage 12': 'quota',
    'setStorage 14': 'quota',
  },
  callSync(method, args) {
    // Arguments are one object, an error is returned (typings), and a value stood in `APDataStorage` on some versions.
    const { error, data, APDataStorage, ...rest } = Object(method(args))
    if (error) throw Object.assign(rest, { error })
    return Object.assign(rest, { data: data === undefined ? APDataStorage : data })
  },
  simulatorLies: SIMULATOR_WARNING,
}
