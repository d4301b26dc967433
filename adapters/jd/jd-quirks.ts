import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How JD differs from WeChat. No page of the vendor's was found; the source of Taro and uni-app's pages speak of it. */
export const jdQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'jd',
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
  simulatorLies: 'JD’s tool gives only the mock login code 200: test sign-in on a phone',
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(jdQuirks, {
  tier: 'B',
  known: { request: 'unknown', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'all of it is as in WeChat, but for the mock login code of the developer tool',
  ],
})
