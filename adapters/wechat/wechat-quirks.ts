import type { HostQuirks } from '../shared/quirks.js'

/** How WeChat differs from its relatives. */
export const wechatQuirks: HostQuirks = {
  name: 'wechat',
  // The first whose requests take a timeout.
  minVersion: '2.10.0',
  minStreamVersion: '2.20.2',
  capabilities: {
    stream: 'bytes',
    // iOS 8.0.54 gave the chunks of two streams to the listener registered last.
    maxStreams: 1,
    // Then unfinished requests fail, and none can be made until the app is shown (its page on the network).
    hiddenMs: 5_000,
    // The documented default and, in the older text, the maximum. A larger timeout is passed on: some clients honour it.
    maxRequestMs: 60_000,
    storageKeyBytes: 1_048_576,
    storageTotalBytes: 10_485_760,
  },
  headerField: 'header',
  requestFields: { dataType: 'text', responseType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { responseType: 'arraybuffer' },
  // Without a timeout of its own a login that never answers would hold up every later one.
  signIn: { api: 'login', args: { timeout: 10_000 }, field: 'code' },
  // 600001 and 600003 stand for several causes (a bad certificate, a proxy, a changed network): there the text decides.
  reasons: { 5: 'timeout', 103: 'denied', 104: 'denied', 112: 'denied', 600002: 'domain-not-allowed' },
  simulatorLies: 'DevTools aborts nothing, hides statuses, has more globals: test on a phone',
}
