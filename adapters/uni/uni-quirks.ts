import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How `uni.*` answers where no mini-program host stands behind it: in an app. Sources: uni-app's docs and source. */
export const uniQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'uni',
  // HarmonyOS streams from HBuilderX 4.75 on, as bytes; of Android and iOS nothing is written down. The task shows it.
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1 },
}
