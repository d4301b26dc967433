import { NO_HEAD, NO_RANDOM, NO_STREAM, undecidedClients } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { kuaishouQuirks } from './kuaishou-quirks.js'

const GAPS: Gaps = { ...NO_STREAM, ...NO_HEAD, ...NO_RANDOM }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(kuaishouQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown', files: 'unknown', device: 'fake in CI' },
  assumed: [
    'what is not written down is as in WeChat',
    'binary bodies are asked for as in WeChat',
    'a file that is read stands under `data`',
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
