import { client, NO_HEAD, NO_RANDOM, NO_STREAM, undecidedClients } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { jdQuirks } from './jd-quirks.js'

/** No file manager is known of. */
const NO_READ: Gaps = { readFile: { en: 'no file manager is known', zh: '没有已知的文件管理器' } }
const GAPS: Gaps = { ...NO_STREAM, ...NO_HEAD, ...NO_RANDOM, ...NO_READ }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(jdQuirks, {
  tier: 'B',
  known: { request: 'unknown', stream: 'unknown', socket: 'unknown', storage: 'unknown', signIn: 'fake in CI', signals: 'unknown', randomBytes: 'unknown', files: 'unknown', device: 'unknown' },
  assumed: [
    'all of it is as in WeChat, but for the mock login code of the developer tool',
  ],
  gaps: GAPS,
  clients: [
    ...undecidedClients({ ...NO_HEAD, ...NO_RANDOM, ...NO_READ }),
    client('in its developer tool', '开发者工具', { ...GAPS, signInCode: { en: 'the tool gives only a mock code', zh: '开发者工具只给出模拟的登录码' } }),
  ],
  ways: {
    copy: 'not tried',
    taro: { by: 'scripts/targets/taro.test.ts#jd' },
    uni: 'not tried',
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
  },
})
