import { NO_RANDOM, NO_STREAM, undecidedClients } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { qqQuirks } from './qq-quirks.js'

const GAPS: Gaps = { ...NO_STREAM, ...NO_RANDOM }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(qqQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'fake in CI', storage: 'unknown', signIn: 'fake in CI', signals: 'fake in CI', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'what its pages leave out is as in WeChat',
  ],
  gaps: GAPS,
  clients: undecidedClients(NO_RANDOM),
  ways: {
    npmBuild: 'not tried',
    copy: 'not tried',
    taro: { by: 'scripts/targets/taro.test.ts#qq' },
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
