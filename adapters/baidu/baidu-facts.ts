import { client, CUT_TEXT, HIDDEN_ERRORS, NO_HEAD, NO_RANDOM, NO_STREAM } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { baiduQuirks } from './baidu-quirks.js'

const GAPS: Gaps = { ...NO_HEAD, ...NO_RANDOM, ...CUT_TEXT }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(baiduQuirks, {
  tier: 'B',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'fake in CI', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'on iOS getSystemInfoSync tells `platform: \'ios\'`',
    'getLoginCode heeds a timeout, or answers in time',
    'nothing is known of storage limits: what is full says so in its text',
  ],
  gaps: GAPS,
  clients: [
    client('on iOS', 'iOS', { ...GAPS, ...HIDDEN_ERRORS }),
    client('that cannot stream', '不能流式的客户端', { ...NO_HEAD, ...NO_RANDOM, ...NO_STREAM }),
  ],
  ways: {
    npmBuild: 'not tried',
    copy: 'not tried',
    taro: { by: 'scripts/targets/taro.test.ts#swan' },
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
