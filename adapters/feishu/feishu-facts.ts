import { NO_HEAD, NO_RANDOM, NO_STREAM, undecidedClients } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { feishuQuirks } from './feishu-quirks.js'

const GAPS: Gaps = { ...NO_STREAM, ...NO_HEAD, ...NO_RANDOM }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(feishuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'unknown', signals: 'unknown', randomBytes: 'unknown', files: 'unknown', device: 'fake in CI' },
  assumed: [
    'what its page on requests leaves out is as in WeChat',
    'uploads and reads of files are as in WeChat',
  ],
  gaps: GAPS,
  clients: undecidedClients({ ...NO_HEAD, ...NO_RANDOM }),
  ways: {
    copy: 'not tried',
    taro: 'not tried',
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
