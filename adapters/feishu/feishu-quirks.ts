import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How Feishu differs from WeChat. Source: open.feishu.cn (tt.request). */
export const feishuQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'feishu',
  // Others say that it does not stream.
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(feishuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'unknown', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'what its page on requests leaves out is as in WeChat',
  ],
})
