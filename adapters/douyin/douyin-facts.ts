import { NO_HEAD, NO_RANDOM, NO_STREAM } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { douyinQuirks } from './douyin-quirks.js'

const GAPS: Gaps = { ...NO_STREAM, ...NO_HEAD, ...NO_RANDOM }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(douyinQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'fake in CI', storage: 'fake in CI', signIn: 'fake in CI', signals: 'fake in CI', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'an event source that the server ends calls onClose',
    'an event source that fails before its first event, for no reason its text names, met an HTTP error',
    'login heeds a timeout, or answers in time',
  ],
  gaps: GAPS,
  ways: {
    npmBuild: 'not tried',
    copy: 'not tried',
    taro: { by: 'scripts/targets/taro.test.ts#tt' },
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
