import { describeHost, type HostFacts } from '../shared/host-facts.js'
import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How ASCF, the framework of HarmonyOS atomic services, differs from WeChat. Source: developer.huawei.com (has.request). */
export const harmonyQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'harmony',
  // `has.request` returns a task.
  minVersion: '1.0.4',
  minStreamVersion: '2.0.2',
  // How it tells its version is not written down: where it tells none, its tasks decide.
  probesStream: true,
  capabilities: { stream: 'bytes', maxStreams: 1, earlyHeaders: false },
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = /* @__PURE__ */ describeHost(harmonyQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'unknown', storage: 'unknown', signIn: 'unknown', signals: 'unknown', randomBytes: 'unknown' },
  assumed: [
    'a chunk is under `data`, as bytes or as text',
    'it tells its version as WeChat does, or not at all',
    'what its page on requests leaves out is as in WeChat',
  ],
})
