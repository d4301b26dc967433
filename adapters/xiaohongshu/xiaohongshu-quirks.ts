import { describeHost, type HostFacts } from '../shared/host-facts.js'
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

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(xiaohongshuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'a chunk is under `data`, as bytes or as text',
    'what is not written down is as in WeChat',
  ],
})
