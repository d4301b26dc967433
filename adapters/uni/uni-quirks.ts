import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How `uni.*` answers where no mini-program host stands behind it: in an app. Sources: uni-app's docs and source. */
export const uniQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'uni',
  // HarmonyOS streams from HBuilderX 4.75 on, as bytes; of Android and iOS nothing is written down. The task shows it.
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1 },
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(uniQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'documented', socket: 'fake in CI', storage: 'fake in CI', signIn: 'unknown', signals: 'fake in CI', randomBytes: 'unknown' },
  assumed: [
    'a global named `tt` without event sources that tells no `appName` is Feishu',
    'a host that speaks like WeChat may answer to the name `wx` as well; WeChat answers to no other',
    'an app of Android or iOS whose request task can listen to chunks streams them as bytes',
  ],
})
