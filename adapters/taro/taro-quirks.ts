import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { SIMULATOR_WARNING, type HostQuirks } from '../shared/quirks.js'

/** How `Taro.*` answers where no mini-program host stands behind it. Source: @tarojs/taro-rn, harmony-hybrid and harmony-ets. */
export const taroQuirks: HostQuirks = {
  name: 'taro',
  minVersion: '0',
  minStreamVersion: '0',
  // React Native and ArkTS hold a body back to its end. The hybrid's listener to chunks is a stub: it is not tried.
  capabilities: { stream: 'none', maxStreams: 1 },
  headerField: 'header',
  // Anything but the default `json`, which parses every body on React Native.
  requestFields: { dataType: 'text', responseType: 'text' },
  streamFields: {},
  binaryFields: { responseType: 'arraybuffer' },
  signIn: { api: 'login', args: { timeout: 10_000 }, field: 'code' },
  reasons: {},
  simulatorLies: SIMULATOR_WARNING,
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(taroQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'documented', socket: 'fake in CI', storage: 'fake in CI', signIn: 'unknown', signals: 'fake in CI', randomBytes: 'unknown' },
  assumed: [
    'a global named `tt` without event sources that tells no `appName` is Feishu',
    'a host that speaks like WeChat may answer to the name `wx` as well; WeChat answers to no other',
    'HarmonyOS over its C API is like ArkTS',
  ],
})
