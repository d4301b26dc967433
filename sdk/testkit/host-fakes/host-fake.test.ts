import { describe, expect, it } from 'vitest'
import { createTestClock } from '../test-clock.js'
import { createWxFake } from '../wx-fake.js'
import { askHost } from './ask-host.js'
import type { HostFakeName } from './host-fake-options.js'
import { createHostFake } from './host-fake.js'
import { isAtLeast } from './host-phone.js'
import { HOST_PROFILES } from './hosts/host-profiles.js'

type Api = Record<string, (...args: unknown[]) => unknown>
const NAMES = Object.keys(HOST_PROFILES) as HostFakeName[]

describe('sign-in', () => {
  it.each([
    ['wechat', 'login', 'code', 300_000], ['alipay', 'getAuthCode', 'authCode', 180_000], ['douyin', 'login', 'code', 180_000],
    ['baidu', 'getLoginCode', 'code', 600_000], ['qq', 'login', 'code', 300_000], ['jd', 'login', 'code', 300_000],
    ['kuaishou', 'login', 'code', 300_000], ['xiaohongshu', 'login', 'code', 300_000], ['feishu', 'login', 'code', 300_000],
    ['harmony', 'login', 'code', 300_000],
  ] as const)('answers %s.%s with a `%s` that is good once, for %i ms', async (name, api, field, life) => {
    const clock = createTestClock()
    const fake = createHostFake(name, { clock })
    const codes = []
    for (let count = 0; count < 3; count++) codes.push((await askHost(fake, api)).result[field] as string)
    clock.advance(life)
    expect([fake.redeem(codes[0]!), fake.redeem(codes[0]!), fake.redeem('made up')]).toEqual([true, false, false])
    clock.advance(1)
    expect(fake.redeem(codes[1]!)).toBe(false)
    expect(new Set(codes).size).toBe(3)
  })
  it('says on Alipay which scopes it is for, and takes none for a mistake', async () => {
    const fake = createHostFake('alipay')
    expect((await askHost(fake, 'getAuthCode', { scopes: 'auth_base' })).result).toEqual({ authCode: expect.any(String), authSuccessScopes: ['auth_base'], authErrorScopes: {} })
    expect((await askHost(fake, 'getAuthCode', { scopes: [] })).result).toMatchObject({ error: 2 })
  })
  it('gives on Douyin a code of the device to who is not signed in, and shows a sign-in unless told not to', async () => {
    const fake = createHostFake('douyin', { isSignedIn: false })
    const quiet = (await askHost(fake, 'login', { force: false })).result
    expect(quiet).toMatchObject({ code: '', anonymousCode: expect.any(String), isLogin: false })
    expect(fake.redeem(quiet.anonymousCode as string)).toBe(true)
    expect((await askHost(fake, 'login')).result).toMatchObject({ code: expect.stringMatching(/./), isLogin: true })
    expect((await askHost(createHostFake('douyin'), 'login', { force: false })).result).toMatchObject({ isLogin: true })
  })
  it('gives a mock code in JD\'s developer tool, and where told to', async () => {
    const codeOf = async (options: object) => (await askHost(createHostFake('jd', options), 'login')).result.code
    expect([await codeOf({ platform: 'devtools' }), await codeOf({ bugs: { jdMockLogin: true } })]).toEqual(['200', '200'])
    expect(await codeOf({})).not.toBe('200')
  })
  it('fails with Baidu\'s old `login`, which needs a button', async () => {
    expect((await askHost(createHostFake('baidu'), 'login')).calls).toEqual(['fail', 'complete'])
  })
  it('counts logins that overlap', async () => {
    const fake = createHostFake('wechat')
    await Promise.all([askHost(fake, 'login'), askHost(fake, 'login')])
    await askHost(fake, 'login')
    expect(fake.overlappingLogins).toBe(1)
  })
  it('has `checkSession` where uni-app\'s table has it', () => {
    expect(NAMES.filter(name => !createHostFake(name).api.checkSession)).toEqual(['alipay', 'jd', 'harmony'])
  })
})

describe('what a host tells the app', () => {
  it.each(NAMES)('says on %s that it is shown, hidden, online and offline', name => {
    const fake = createHostFake(name)
    const api = fake.api as unknown as Api
    const heard: unknown[] = []
    const listen = (event: string) => (result: unknown): void => void heard.push([event, result])
    for (const event of ['AppShow', 'AppHide', 'NetworkStatusChange']) api['on' + event]!(listen(event))
    fake.hide()
    fake.show()
    fake.setOnline(false)
    fake.setOnline(true)
    const types = name === 'alipay' ? ['NOTREACHABLE', 'WIFI'] : ['none', 'wifi']
    expect(heard).toEqual([
      ['AppHide', name === 'alipay' ? undefined : { reason: 1 }],
      ['AppShow', expect.objectContaining({ path: 'pages/index/index' })],
      ['NetworkStatusChange', { isConnected: false, networkType: types[0] }],
      ['NetworkStatusChange', { isConnected: true, networkType: types[1] }],
    ])
    expect(fake.listenerCount('AppShow')).toBe(1)
    api.offAppShow!()
    expect([fake.listenerCount('AppShow'), fake.listenerCount('NoSuchEvent')]).toEqual([0, 0])
    fake.dispose()
  })
  it('warns of memory with a level, on iOS without, and not in HarmonyOS atomic services', () => {
    const warned = (name: HostFakeName, platform: 'android' | 'ios') => {
      const heard: unknown[] = []
      const fake = createHostFake(name, { platform })
      ;(fake.api as unknown as Api).onMemoryWarning?.((result: unknown) => heard.push(result))
      fake.warnMemory(15)
      return heard
    }
    expect([warned('wechat', 'android'), warned('wechat', 'ios'), warned('harmony', 'android')]).toEqual([[{ level: 15 }], [{}], []])
  })
  it('tells its version where each host tells it', () => {
    const api = (name: HostFakeName) => createHostFake(name, { sdkVersion: '1.2.3', envVersion: 'release', platform: 'ios' }).api as unknown as Api
    expect(api('wechat').getAppBaseInfo!()).toMatchObject({ SDKVersion: '1.2.3' })
    expect(api('wechat').getAccountInfoSync!()).toMatchObject({ miniProgram: { envVersion: 'release' } })
    expect(api('alipay').SDKVersion).toBe('1.2.3')
    expect([api('alipay').getSystemInfoSync!(), api('alipay').getAccountInfoSync!()]).toMatchObject([{ platform: 'iOS' }, { miniProgram: { envVersion: 'release' } }])
    expect([api('douyin').getSystemInfoSync!(), api('douyin').getEnvInfoSync!()]).toMatchObject([{ appName: 'Douyin', SDKVersion: '1.2.3' }, { microapp: { envType: 'production' } }])
    expect((api('feishu').getSystemInfoSync!() as { appName: string }).appName).not.toBe('Douyin')
    for (const name of ['baidu', 'qq', 'jd', 'kuaishou', 'xiaohongshu', 'feishu', 'harmony'] as const) expect(api(name).getSystemInfoSync!()).toMatchObject({ SDKVersion: '1.2.3', platform: 'ios' })
  })
  it('tells which network there is, in words of each host', async () => {
    const fake = createHostFake('alipay')
    fake.setOnline(false)
    expect((await askHost(fake, 'getNetworkType')).result).toEqual({ networkAvailable: false, networkType: 'NOTREACHABLE' })
    expect((await askHost(createHostFake('qq'), 'getNetworkType')).result).toMatchObject({ networkType: 'wifi' })
  })
  it('gives random bytes on WeChat from 2.15.0, and on no other host', async () => {
    const { result } = await askHost(createHostFake('wechat'), 'getRandomValues', { length: 16 })
    expect((result.randomValues as ArrayBuffer).byteLength).toBe(16)
    expect(createHostFake('wechat', { sdkVersion: '2.14.9' }).api.getRandomValues).toBeUndefined()
    expect(NAMES.filter(name => createHostFake(name).api.getRandomValues)).toEqual(['wechat'])
  })
  it('has `my.request` from 1.11.0', () => {
    expect([createHostFake('alipay', { sdkVersion: '1.10.9' }).api.request, typeof createHostFake('alipay', { sdkVersion: '1.11.0' }).api.request]).toEqual([undefined, 'function'])
  })
})

describe('a fake', () => {
  it('says what it takes for granted, wherever a host is not known', () => {
    for (const name of NAMES) expect(createHostFake(name).assumed.length).toBeGreaterThan(4)
  })
  it('takes APIs of a test\'s, and leaves out what a test says', async () => {
    const fake = createHostFake('kuaishou', {
      apis: { scanCode: () => ({ result: 'x' }), getStorage: () => ({ data: 'mine' }), pay: () => { throw Object.assign(new Error('no'), { errMsg: 'pay:fail cancel', errno: 1 }) } },
      without: ['connectSocket'],
    })
    expect((await askHost(fake, 'scanCode')).result).toEqual({ result: 'x', errMsg: 'scanCode:ok' })
    expect((await askHost(fake, 'getStorage')).result.data).toBe('mine')
    expect(await askHost(fake, 'pay')).toEqual({ calls: ['fail', 'complete'], result: { errMsg: 'pay:fail cancel', errno: 1 } })
    expect(fake.api.connectSocket).toBeUndefined()
  })
  it('rejects a promise on Alipay where a call fails', async () => {
    const { api } = createHostFake('alipay', { apis: { fails: () => { throw Object.assign(new Error('no'), { error: 60001 }) } } })
    await expect((api as unknown as Api).fails!({})).rejects.toEqual({ error: 60001 })
    await expect((api as unknown as Api).getAuthCode!()).resolves.toMatchObject({ authCode: expect.any(String) })
  })
  it('is WeChat\'s under the name `createWxFake`', async () => {
    const fake = createWxFake({ envVersion: 'trial' })
    expect((fake.wx as unknown as Api).getAccountInfoSync!()).toMatchObject({ miniProgram: { envVersion: 'trial' } })
    await Promise.all([askHost({ api: fake.wx }, 'login'), askHost({ api: fake.wx }, 'login')])
    expect(fake.overlappingLogins).toBe(1)
  })
  it('compares versions number by number', () => {
    expect([['2.9.0', '2.20.2'], ['2.20.2', '2.20.2'], ['2.20', '2.20.1'], ['3.0', '2.99.9'], ['3.0.0', '3']].map(([have, want]) => isAtLeast(have!, want!))).toEqual([false, true, false, true, true])
  })
})
