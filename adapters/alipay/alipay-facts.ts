import { client, EARLY_HEAD, HIDDEN_ERRORS, NO_RANDOM, NO_STREAM } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { alipayQuirks } from './alipay-quirks.js'

const GAPS: Gaps = { ...NO_STREAM, ...NO_RANDOM, [EARLY_HEAD]: { en: 'its task tells headers, but no status', zh: '请求任务告知响应头，但没有状态码' } }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(alipayQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'unknown', socket: 'fake in CI', storage: 'fake in CI', signIn: 'fake in CI', signals: 'fake in CI', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'getAuthCode heeds a timeout, or answers in time',
    'an upload whose file name does not tell its kind is sent as an image',
  ],
  gaps: GAPS,
  clients: [
    client('that says nothing of an HTTP error', '不说明 HTTP 错误的客户端', { ...GAPS, ...HIDDEN_ERRORS }),
  ],
  ways: {
    npmBuild: 'not tried',
    copy: 'not tried',
    taro: { by: 'scripts/targets/taro.test.ts#alipay' },
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
