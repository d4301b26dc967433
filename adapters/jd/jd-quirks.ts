import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How JD differs from WeChat. No page of the vendor's was found; the source of Taro and uni-app's pages speak of it. */
export const jdQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'jd',
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
  simulatorLies: 'JD’s tool gives only the mock login code 200: test sign-in on a phone',
}
