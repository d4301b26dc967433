import { client, CUT_TEXT, NO_HEAD, NO_RANDOM, NO_STREAM } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { xiaohongshuQuirks } from './xiaohongshu-quirks.js'

const GAPS: Gaps = { ...NO_HEAD, ...NO_RANDOM }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(xiaohongshuQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown', files: 'unknown', device: 'fake in CI' },
  assumed: [
    'a chunk is under `data`, as bytes or as text',
    'what is not written down is as in WeChat',
    'uploads and reads of files are as in WeChat',
  ],
  gaps: GAPS,
  clients: [
    client('if a chunk is text', '若一块是文本', { ...GAPS, ...CUT_TEXT }),
    client('if it does not stream', '若它不流式', { ...GAPS, ...NO_STREAM }),
  ],
  ways: {
    copy: 'not tried',
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
