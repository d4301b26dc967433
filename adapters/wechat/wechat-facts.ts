import { BROKEN, client, CLOSES, EARLY_HEAD, PIECES } from '../shared/gaps.js'
import { describeHost, type Gaps, type HostFacts } from '../shared/host-facts.js'
import { wechatQuirks } from './wechat-quirks.js'

const WHOLE: Gaps = { [PIECES]: { en: 'this client hands over nothing before the end', zh: '该客户端结束之前不交出任何内容' } }

/** What is known of it, and how. */
export const hostFacts: HostFacts = describeHost(wechatQuirks, {
  tier: 'A',
  known: { request: 'fake in CI', stream: 'fake in CI', socket: 'fake in CI', storage: 'fake in CI', signIn: 'fake in CI', signals: 'fake in CI', randomBytes: 'fake in CI', files: 'fake in CI', device: 'fake in CI' },
  assumed: [
    'setStorage names its limit in its text when it is full',
    'a stream leaves nothing in success.data',
  ],
  clients: [
    client('on Windows, where a body comes whole', 'Windows 上整段到达的客户端', WHOLE),
    client('on a PC that throws at a stream', '一遇流式就抛错的 PC 客户端', { [PIECES]: { en: 'this client cannot stream', zh: '该客户端不能流式' } }),
    client('on iOS, where a network may drop in silence', '网络可能无声断开的 iOS', {
      [BROKEN]: { en: 'no callback comes: the watchdog of the transport ends the request', zh: '没有任何回调：由传输层的看门狗结束请求' },
    }),
    client('that tells no headers early', '不提前告知响应头的客户端', { [EARLY_HEAD]: { en: 'this client tells them at the end', zh: '该客户端到结束时才告知' } }),
    client('whose request gives no task', '请求不返回任务的客户端', {
      [PIECES]: { en: 'without a task there is nothing to listen to', zh: '没有任务，无从监听' },
      [EARLY_HEAD]: { en: 'without a task there is nothing to listen to', zh: '没有任务，无从监听' },
      [CLOSES]: { en: 'without a task there is nothing to abort', zh: '没有任务，无从中止' },
    }),
    client('before it could stream', '尚不能流式的旧版', { [PIECES]: { en: 'chunked requests came with 2.20.2', zh: '分块请求自 2.20.2 起才有' } }),
    client('in the developer tool', '开发者工具', {
      [EARLY_HEAD]: { en: 'the developer tool leaves the status out until the end', zh: '开发者工具到结束时才给状态码' },
      [CLOSES]: { en: 'the developer tool aborts nothing', zh: '开发者工具不会中止任何请求' },
    }),
  ],
  ways: {
    npmBuild: { by: 'scripts/hosts/wechat.test.ts#packProject' },
    // In an engine with nothing but the language: no host's own.
    copy: { by: 'scripts/hosts/engines.test.ts#phoneDoors', isShim: true },
    async: { by: 'scripts/hosts/sub-package.test.ts#require.async', isShim: true },
    bundler: { by: 'adapters/shared/realm.test.ts#HOST_NAMES', isShim: true },
    taro: { by: 'scripts/targets/taro.test.ts#weapp' },
    uni: { by: 'scripts/targets/uni.test.ts#mp-weixin' },
  },
})
