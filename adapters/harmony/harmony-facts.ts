import { client, CUT_TEXT, NO_RANDOM, NO_STREAM } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { harmonyQuirks } from './harmony-quirks.js'

const GAPS: Gaps = NO_RANDOM

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(harmonyQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'unknown', storage: 'unknown', signIn: 'unknown', signals: 'unknown', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'a chunk is under `data`, as bytes or as text',
    'it tells its version as WeChat does, or not at all',
    'what its page on requests leaves out is as in WeChat',
  ],
  gaps: GAPS,
  clients: [
    client('if a chunk is text', '若一块是文本', { ...GAPS, ...CUT_TEXT }),
    client('if it does not stream', '若它不流式', { ...GAPS, ...NO_STREAM }),
    client('before it could stream', '尚不能流式的旧版', { ...GAPS, ...NO_STREAM }),
  ],
  ways: {
    copy: 'not tried',
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
