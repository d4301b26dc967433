import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How QQ differs from WeChat: hardly, as far as q.qq.com tells. */
export const qqQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'qq',
  // Its pages do not name `enableChunked`.
  probesStream: true,
  capabilities: {
    // Its pages say nothing of them: the first request shows.
    earlyHeaders: false,
    stream: 'none',
    // As in WeChat, until somebody has seen better.
    maxStreams: 1,
    // Its page says what WeChat's says, without the number.
    hiddenMs: 5_000,
  },
}
