import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How Douyin differs from WeChat. Sources: developer.open-douyin.com (tt.request, tt.createEventSource), its typings 1.3.1. */
export const douyinQuirks: HostQuirks = {
  name: 'douyin',
  minVersion: '0',
  // Requests never stream. `tt.createEventSource` came with this version, in Douyin 30.8 (its own page).
  minStreamVersion: '3.35.0',
  capabilities: {
    // Its task tells none (tt.request).
    earlyHeaders: false,
    // Events the host has parsed itself: no bytes, no status, no headers.
    stream: 'events',
    // How many at once is not written down.
    maxStreams: 1,
    // The default and maximum of a request, the default of an event source.
    maxRequestMs: 60_000,
    // (typings, storage)
    storageKeyBytes: 1_048_576,
    storageTotalBytes: 10_485_760,
  },
  headerField: 'header',
  requestFields: { dataType: 'string', responseType: 'text' },
  streamFields: {},
  binaryFields: { responseType: 'arraybuffer' },
  maxTimeoutMs: 60_000,
  // Without `force: false` the host's own login window comes up (typings, login).
  signIn: { api: 'login', args: { force: false, timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
}
