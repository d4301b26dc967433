import { afterAll, describe, it } from 'vitest'
import type { Platform } from '../../sdk/platform/platform.js'
import { platformSuite } from '../../sdk/testkit/platform-suite.js'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { createWxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { wechatPlatform } from './index.js'

// What every platform does, on every WeChat we know of. A gap is what that client itself cannot do, or what only the
// transport, which has a clock, can do for it.

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function phone(options: WxFakeOptions): Platform {
  const { wx, dispose } = createWxFake(options)
  ends.push(dispose)
  return wechatPlatform(wx)
}

/** A client that has shown on its first stream what it lacks. */
async function experienced(options: WxFakeOptions): Promise<Platform> {
  const platform = phone(options)
  await recordRequest(platform, { url: 'http://127.0.0.1:1/' }).settled
  return platform
}

const PIECES = 'hands over a stream in pieces while it is being sent'
const EARLY_HEAD = 'tells status and headers before the body ends'
const CLOSES = 'closes the connection on abort'
const BROKEN = 'fails once when the connection breaks in the middle'

platformSuite('wechat on Android', () => phone({ platform: 'android' }), { describe, it })
platformSuite('wechat on iOS', () => phone({ platform: 'ios' }), { describe, it })
platformSuite('wechat with chunks cut at 1, 2 and 3 bytes', () => phone({ cuts: [1, 2, 3] }), { describe, it })

platformSuite('wechat on a Mac, where a stream ends with the status NaN', () => phone({ platform: 'mac', bugs: { macNaNStatus: true } }), { describe, it })
platformSuite('wechat on Windows, where a body comes whole', () => phone({ platform: 'windows', bugs: { pcWholeBody: true } }), {
  describe, it,
  gaps: { [PIECES]: 'this client hands over nothing before the end' },
})
platformSuite('wechat on a PC that throws at a stream', () => phone({ platform: 'windows', bugs: { enableChunkedThrows: true } }), {
  describe, it,
  gaps: { [PIECES]: 'this client cannot stream' },
})
platformSuite('wechat on iOS, where a network may drop in silence', () => phone({ platform: 'ios', bugs: { iosSilentDrop: true } }), {
  describe, it,
  gaps: { [BROKEN]: 'no callback comes: the watchdog of the transport ends the request' },
})
platformSuite('wechat on iOS, where two streams mix up', () => phone({ platform: 'ios', bugs: { listenerMixup: true } }), { describe, it })
platformSuite('wechat that tells no headers early', () => phone({ bugs: { noHeaders: true } }), {
  describe, it,
  gaps: { [EARLY_HEAD]: 'this client tells them at the end' },
})
platformSuite('wechat whose request gives no task', () => experienced({ bugs: { noRequestTask: true } }), {
  describe, it,
  gaps: {
    [PIECES]: 'without a task there is nothing to listen to',
    [EARLY_HEAD]: 'without a task there is nothing to listen to',
    [CLOSES]: 'without a task there is nothing to abort',
  },
})
platformSuite('wechat before it could stream', () => phone({ sdkVersion: '2.20.1' }), {
  describe, it,
  gaps: { [PIECES]: 'chunked requests came with 2.20.2' },
})
platformSuite('wechat in the developer tool', () => phone({ platform: 'devtools', bugs: { simulatorNoAbort: true } }), {
  describe, it,
  gaps: {
    [EARLY_HEAD]: 'the developer tool leaves the status out until the end',
    [CLOSES]: 'the developer tool aborts nothing',
  },
})
