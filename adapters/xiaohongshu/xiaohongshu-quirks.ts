import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How Xiaohongshu differs from WeChat. Sources: a walk-through of the vendor's demo app (library 3.136), uni-app's source. */
export const xiaohongshuQuirks: HostQuirks = {
  name: 'xiaohongshu',
  minVersion: '0',
  // The demo app streams with `enableChunked`; since when is not written down.
  minStreamVersion: '0',
  // What a chunk is, is not written down either: the first one shows.
  capabilities: { stream: 'bytes', maxStreams: 1, earlyHeaders: false },
  headerField: 'header',
  requestFields: { dataType: 'text', responseType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { responseType: 'arraybuffer' },
  signIn: { api: 'login', args: { timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(xiaohongshuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'a chunk is under `data`, as bytes or as text',
    'what is not written down is as in WeChat',
  ],
})
