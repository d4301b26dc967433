import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How Feishu differs from WeChat. Source: open.feishu.cn (tt.request). */
export const feishuQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'feishu',
  // Others say that it does not stream.
  probesStream: true,
  capabilities: { stream: 'none', maxStreams: 1, earlyHeaders: false },
}
