import { afterAll, describe, expect, it } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { createWxFake, type WxFakeOptions } from '../../sdk/testkit/wx-fake.js'
import { createTaroOnArkTs, createTaroOnH5, createTaroOnHost, createTaroOnRn, type TaroStub } from '../frameworks/__fixtures__/taro-stub.js'
import { withGlobals } from '../frameworks/__fixtures__/with-globals.js'
import { createPageFake } from '../web/__fixtures__/page-fake.js'
import { proveHost, putBlob, type TriedClient } from '../shared/__fixtures__/prove-host.js'
import { taroPlatform } from './index.js'
import { hostFacts } from './taro-facts.js'

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

function onWeapp(options: WxFakeOptions = {}): TriedClient {
  const fake = createWxFake(options)
  ends.push(fake.dispose)
  return { platform: withGlobals({ wx: fake.wx }, () => taroPlatform(createTaroOnHost(fake.wx))), putFile: (bytes) => fake.addFile(bytes) }
}

proveHost(hostFacts, {
  '': () => ({ platform: taroPlatform(createTaroOnRn()), putFile: putBlob }),
  'on HarmonyOS': () => ({ platform: taroPlatform(createTaroOnArkTs()), putFile: putBlob }),
  'in WeChat': () => onWeapp({ cuts: [1, 2, 3] }),
  'in a browser': () => ({ platform: taroPlatform(createTaroOnH5(), { page: createPageFake() }), putFile: putBlob }),
})

describe('taroPlatform finds the host', () => {
  const GLOBALS: [global: string, host: HostFakeName][] = [['wx', 'wechat'], ['my', 'alipay'], ['swan', 'baidu'], ['qq', 'qq'], ['jd', 'jd'],
    ['ks', 'kuaishou'], ['xhs', 'xiaohongshu'], ['has', 'harmony'], ['tt', 'douyin'], ['tt', 'feishu']]
  const fakeOf = (host: HostFakeName) => {
    const { api, dispose } = createHostFake(host)
    ends.push(dispose)
    return api
  }

  it.each(GLOBALS)('by its global %s: %s', (global, host) => {
    const api = fakeOf(host)
    expect(withGlobals({ [global]: api }, () => taroPlatform(createTaroOnHost(api))).host.name).toBe(host)
  })
  it('by the object Taro names, where several globals are there', () => {
    const [wx, qq] = [fakeOf('wechat'), fakeOf('qq')]
    const nameOf = (host: typeof wx) => withGlobals({ wx, qq }, () => taroPlatform(createTaroOnHost(host))).host.name
    expect([nameOf(wx), nameOf(qq)]).toEqual(['wechat', 'qq'])
  })
  it('that has a name of its own before one called wx, which may be an alias', () => {
    const api = fakeOf('qq')
    expect(withGlobals({ wx: api, qq: api }, () => taroPlatform()).host.name).toBe('qq')
  })
  it('and does not take the script of WeChat for web pages for WeChat', () => {
    const wx = { config() {}, miniProgram: {} }
    expect(withGlobals({ wx }, () => taroPlatform(createTaroOnH5(), { page: createPageFake() })).host.name).toBe('taro')
  })
  it('and tells Douyin, with and without event sources, from Feishu, whatever the build was for', () => {
    const tt = (parts: object) => ({ request: () => undefined, ...parts })
    const nameOf = (parts: object) => withGlobals({ tt: tt(parts) }, () => taroPlatform({ ...createTaroOnRn(), getEnv: () => 'TT' } as TaroStub)).host.name
    const appName = (name?: string) => ({ getSystemInfoSync: () => ({ appName: name }) })
    expect(nameOf({ createEventSource() {} })).toBe('douyin')
    expect(['Toutiao', 'Douyin', 'Feishu', 'Lark', undefined].map((name) => nameOf(appName(name)))).toEqual(['douyin', 'douyin', 'feishu', 'feishu', 'feishu'])
  })
  it('and refuses one that is too old instead of looking on', () => {
    const { wx } = createWxFake({ sdkVersion: '2.9.0' })
    const make = () => withGlobals({ wx }, () => taroPlatform(createTaroOnHost(wx), { page: createPageFake() }))
    expect(make).toThrow(expect.objectContaining({ code: 'platform/unsupported' }))
  })
  it('and says so where there is nothing at all', () => {
    expect(() => taroPlatform()).toThrow(expect.objectContaining({ code: 'platform/unsupported' }))
  })
})

describe('taroPlatform in a browser', () => {
  it('streams over the page and not over Taro, and has the device by Taro', async () => {
    const calls: string[] = []
    const Taro = { ...createTaroOnH5(), request: () => calls.push('request'), getLocation: ({ success }: any) => success({ latitude: 1 }) }
    const platform = taroPlatform(Taro, { page: createPageFake() })
    expect([platform.host.name, platform.capabilities.stream, calls]).toEqual(['taro', 'bytes', []])
    expect((await answerOf((done) => platform.invoke!('getLocation', {}, done))).value).toMatchObject({ latitude: 1 })
  })
  it('is the bare page where no Taro was handed in', () => {
    const platform = taroPlatform(undefined, { page: createPageFake() })
    expect([platform.host.name, platform.invoke]).toEqual(['web', undefined])
  })
  it('asks Taro before it trusts a document: of a mini-program it is Taro’s own, in a HarmonyOS app requests go over a bridge', () => {
    const streamIn = (env: string) => taroPlatform({ ...createTaroOnRn(), getEnv: () => env } as TaroStub, { page: createPageFake() }).capabilities.stream
    expect(['WEB', 'Unknown', 'dd', 'QUICKAPP', 'RN', 'HARMONYHYBRID'].map(streamIn)).toEqual(['bytes', 'bytes', 'none', 'none', 'none', 'none'])
  })
  it('lets an app say that real users see it', () => {
    const page = createPageFake({ location: { hostname: 'localhost', protocol: 'http:' } })
    expect([taroPlatform(createTaroOnH5(), { page }).host.isRelease, taroPlatform(createTaroOnH5(), { page, isRelease: true }).host.isRelease]).toEqual([false, true])
    expect([taroPlatform(createTaroOnRn()).host.isRelease, taroPlatform(createTaroOnRn(), { isRelease: false }).host.isRelease]).toEqual([true, false])
  })
})
