import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How Kuaishou differs from WeChat. Sources: open.kuaishou.com (domains), uni-app's pages and the source of Taro's plug-in. */
export const kuaishouQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'kuaishou',
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
}
