import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How Baidu differs from WeChat. Sources: its documents of 2021 (swan.request), and the source of Baidu EFE's `sse-kit`. */
export const baiduQuirks: HostQuirks = {
  name: 'baidu',
  // `responseType` (swan.request).
  minVersion: '1.11.20',
  // Not in the documents; `sse-kit` streams so.
  minStreamVersion: '0',
  capabilities: {
    // Its pages say nothing of them: the first request shows.
    earlyHeaders: false,
    // Text, decoded chunk by chunk: what was cut inside a character is lost before we see it.
    stream: 'text',
    // Android opens five connections to a host, iOS six in all (swan.request). One stays free, so that a cancel gets through.
    maxStreams: 4,
    maxRequestMs: 60_000,
  },
  headerField: 'header',
  requestFields: { dataType: 'string', responseType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { responseType: 'arraybuffer' },
  // Its default is 10 s, which no model keeps to (swan.request).
  maxTimeoutMs: 60_000,
  // Not `swan.login`, which wants a button (smartprogram.baidu.com, getLoginCode).
  signIn: { api: 'getLoginCode', args: { timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
}
