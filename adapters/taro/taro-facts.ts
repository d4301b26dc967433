import { client, EARLY_HEAD, NO_RANDOM, NO_SIGN_IN, PIECES } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { taroQuirks } from './taro-quirks.js'

const GAPS: Gaps = {
  ...NO_SIGN_IN,
  ...NO_RANDOM,
  [PIECES]: { en: 'Taro hands over a body at its end', zh: 'Taro 到结束时才交出正文' },
  [EARLY_HEAD]: { en: 'Taro tells them with the body', zh: 'Taro 与正文一起告知' },
  readFile: { en: 'Taro reads no files where there is no mini-program host', zh: '没有小程序宿主时 Taro 不读文件' },
}

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(taroQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'documented', socket: 'fake in CI', storage: 'fake in CI', signIn: 'unknown', signals: 'fake in CI', randomBytes: 'unknown', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'a global named `tt` without event sources that tells no `appName` is Feishu',
    'a host that speaks like WeChat may answer to the name `wx` as well; WeChat answers to no other',
    'HarmonyOS over its C API is like ArkTS',
  ],
  gaps: GAPS,
  clients: [
    client('in WeChat', '微信中', {}),
    client('in a browser', '浏览器中', NO_SIGN_IN),
  ],
  ways: { taro: { by: 'scripts/targets/taro.test.ts#h5' } },
})
