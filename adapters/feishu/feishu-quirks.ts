import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How Feishu differs from WeChat. Source: open.feishu.cn (tt.request). */
export const feishuQuirks: HostQuirks = {
  name: 'feishu',
  minVersion: '0',
  minStreamVersion: '0',
  // Others say that it does not stream.
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
  headerField: 'header',
  requestFields: { dataType: 'text', responseType: 'text' },
  streamFields: { enableChunked: true },
  binaryFields: { responseType: 'arraybuffer' },
  signIn: { api: 'login', args: { timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(feishuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'unknown', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'what its page on requests leaves out is as in WeChat',
  ],
})
