import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How Kuaishou differs from WeChat. Sources: open.kuaishou.com (domains), uni-app's pages and the source of Taro's plug-in. */
export const kuaishouQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'kuaishou',
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(kuaishouQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'what is not written down is as in WeChat',
    'binary bodies are asked for as in WeChat',
  ],
})
