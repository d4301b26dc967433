import { client, NO_RANDOM, NO_SIGN_IN, NO_STREAM, PIECES } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { uniQuirks } from './uni-quirks.js'

const GAPS: Gaps = {
  ...NO_STREAM,
  ...NO_SIGN_IN,
  ...NO_RANDOM,
  readFile: { en: 'uni-app has no file manager in an app (uni-app x has)', zh: 'uni-app 在 App 里没有文件管理器（uni-app x 有）' },
}
/** An app whose request task can listen to chunks. */
const { [PIECES]: _streams, ...APP } = GAPS

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(uniQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'documented', socket: 'fake in CI', storage: 'fake in CI', signIn: 'unknown', signals: 'fake in CI', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'a global named `tt` without event sources that tells no `appName` is Feishu',
    'a host that speaks like WeChat may answer to the name `wx` as well; WeChat answers to no other',
    'an app of Android or iOS whose request task can listen to chunks streams them as bytes',
  ],
  gaps: GAPS,
  clients: [
    client('in WeChat, whose wx it has replaced', '微信中（wx 已被替换）', {}),
    client('in a browser', '浏览器中', NO_SIGN_IN),
    client('in an app whose chunks are buffers', '块为缓冲区的 App', APP),
    client('in an app whose chunks are byte arrays', '块为字节数组的 App', APP),
  ],
  ways: { uni: { by: 'scripts/targets/uni.test.ts#h5' } },
})
