import { afterAll } from 'vitest'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { proveHost, type TriedClient } from '../shared/__fixtures__/prove-host.js'
import { wechatFiles, wechatPlatform } from './index.js'
import { hostFacts } from './wechat-facts.js'

// What every platform does, on every WeChat we know of. A gap is what that client itself cannot do, or what only the
// transport, which has a clock, can do for it.

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function phone(options: WxFakeOptions): TriedClient {
  const fake = createWxFake(options)
  ends.push(fake.dispose)
  return { platform: wechatPlatform(fake.wx, wechatFiles(fake.wx)), putFile: (bytes) => fake.addFile(bytes) }
}

/** A client that has shown on its first stream what it lacks. */
async function experienced(options: WxFakeOptions): Promise<TriedClient> {
  const client = phone(options)
  await recordRequest(client.platform, { url: 'http://127.0.0.1:1/' }).settled
  return client
}

proveHost(hostFacts, {
  '': () => phone({ platform: 'android' }),
  'on iOS': () => phone({ platform: 'ios' }),
  'with chunks cut at 1, 2 and 3 bytes': () => phone({ cuts: [1, 2, 3] }),
  'on a Mac, where a stream ends with the status NaN': () => phone({ platform: 'mac', bugs: { macNaNStatus: true } }),
  'on Windows, where a body comes whole': () => phone({ platform: 'windows', bugs: { pcWholeBody: true } }),
  'on a PC that throws at a stream': () => phone({ platform: 'windows', bugs: { enableChunkedThrows: true } }),
  'on iOS, where a network may drop in silence': () => phone({ platform: 'ios', bugs: { iosSilentDrop: true } }),
  'on iOS, where two streams mix up': () => phone({ platform: 'ios', bugs: { listenerMixup: true } }),
  'that tells no headers early': () => phone({ bugs: { noHeaders: true } }),
  'whose request gives no task': () => experienced({ bugs: { noRequestTask: true } }),
  'before it could stream': () => phone({ sdkVersion: '2.20.1' }),
  'in the developer tool': () => phone({ platform: 'devtools', bugs: { simulatorNoAbort: true } }),
})
