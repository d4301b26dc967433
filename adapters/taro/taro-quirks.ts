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
