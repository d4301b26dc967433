import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How Xiaohongshu differs from WeChat. Sources: a walk-through of the vendor's demo app (library 3.136), uni-app's source. */
export const xiaohongshuQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'xiaohongshu',
  // The demo app streams with `enableChunked`; since when is not written down.
  minStreamVersion: '0',
  // What a chunk is, is not written down either: the first one shows.
  capabilities: { stream: 'bytes', maxStreams: 1, earlyHeaders: false },
}
