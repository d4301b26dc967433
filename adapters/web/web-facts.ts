import { client, NO_SIGN_IN } from '../shared/gaps.js'
import type { Gaps, HostFacts } from '../shared/host-facts.js'

const GAPS: Gaps = {
  ...NO_SIGN_IN,
  invoke: { en: 'a page has no APIs of a device to call by name', zh: '网页没有可按名字调用的设备 API' },
}

/** What is known of the web as a host, and how. */
export const hostFacts: HostFacts = {
  name: 'web',
  tier: 'A',
  minVersion: '0',
  minStreamVersion: '0',
  capabilities: { stream: 'bytes', maxStreams: Infinity },
  known: {
    request: 'real runtime in CI', stream: 'real runtime in CI', socket: 'fake in CI', storage: 'real runtime in CI', signIn: 'documented',
    signals: 'real runtime in CI', randomBytes: 'fake in CI', files: 'fake in CI', device: 'documented',
  },
  assumed: [],
  gaps: GAPS,
  clients: [
    client('over XMLHttpRequest', '经 XMLHttpRequest', {
      ...GAPS,
      uploadFile: { en: 'files are sent and read over fetch only', zh: '只经 fetch 发送与读取文件' },
      readFile: { en: 'files are sent and read over fetch only', zh: '只经 fetch 发送与读取文件' },
    }),
  ],
  ways: { bundler: { by: 'scripts/browser/concierge.test.ts#concierge' } },
}
