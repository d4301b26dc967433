import { describe, expect, it } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { createHostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import { recordRequest } from '../../sdk/testkit/request-record.js'
import { harmonyPlatform } from '../harmony/index.js'
import { jdQuirks } from '../jd/jd-quirks.js'
import { wechatPlatform } from '../wechat/index.js'
import { ALL_HOSTS } from './__fixtures__/all-hosts.js'
import { wxLikePlatform } from './wx-like-platform.js'

const inVersion = (SDKVersion: string, task: object = {}) => ({ getSystemInfoSync: () => ({ SDKVersion }), request: () => task })

describe('wxLikePlatform', () => {
  it('takes any object that can make requests, whatever else it lacks', () => {
    const { host, openSocket, signInCode, randomBytes } = wxLikePlatform({ request() {} }, { ...jdQuirks, name: 'other' })
    expect([host.name, host.version, openSocket, signInCode, randomBytes]).toEqual(['other', '', undefined, undefined, undefined])
  })
  it('makes do with synchronous APIs, of which some return an Error', async () => {
    const entries = new Map([['key', 'value']])
    const api = { request() {}, getStorageSync: (key: string) => entries.get(key) ?? '', setStorageSync: () => new Error('setStorageSync is not supported') }
    const { storage } = wxLikePlatform(api, jdQuirks)
    expect(await answerOf((done) => storage.get('key', done))).toEqual({ failure: null, value: 'value' })
    expect((await answerOf<void>((done) => storage.set('key', 'other', done))).failure?.errMsg).toContain('setStorageSync is not supported')
  })
  it('refuses a base library that is too old, and asks for an update', () => {
    const tooOld = (message: string) => expect.objectContaining({ code: 'platform/unsupported', message })
    expect(() => wechatPlatform(inVersion('2.9.5'))).toThrow(tooOld('wechat 2.9.5 is too old: update to 2.10.0'))
    expect(() => ALL_HOSTS.baidu.make(inVersion('1.9.9'))).toThrow(tooOld('baidu 1.9.9 is too old: update to 1.11.20'))
    expect(() => harmonyPlatform(inVersion('1.0.3'))).toThrow(tooOld('harmony 1.0.3 is too old: update to 1.0.4'))
    expect([wechatPlatform(inVersion('2.10.0')), wechatPlatform(inVersion(''))].map(({ host }) => host.version)).toEqual(['2.10.0', ''])
  })
  it('gives a version that does not stream no second chance', async () => {
    const task = { onChunkReceived() {}, abort() {} }
    const streamAfterRequest = (version: string) => {
      const platform = harmonyPlatform(inVersion(version, task))
      recordRequest(platform, { url: 'https://a.example', stream: false }).stop()
      return platform.capabilities.stream
    }
    expect([streamAfterRequest('2.0.1'), streamAfterRequest('2.0.2'), streamAfterRequest('')]).toEqual(['none', 'bytes', 'bytes'])
  })
  it('learns that headers come early where they do, and that they do not where they come late', async () => {
    const heads: ((head: object) => void)[] = []
    const answers: { success(answer: object): void }[] = []
    const api = { request: (option: any) => (answers.push(option), { onHeadersReceived: (listener: any) => heads.push(listener) }) }
    const platform = ALL_HOSTS.qq.make(api)
    expect(platform.capabilities.earlyHeaders).toBe(false)
    const record = recordRequest(platform, { url: 'https://a.example' })
    heads[0]!({ statusCode: 200, header: {} })
    expect(platform.capabilities.earlyHeaders).toBe(true)
    answers[0]!.success({ data: 'x', statusCode: 200, header: {} })
    expect(record.calls).toEqual(['head', 'end'])
    recordRequest(platform, { url: 'https://a.example' })
    answers[1]!.success({ data: 'x', statusCode: 200, header: {} })
    expect(platform.capabilities.earlyHeaders).toBe(false)
  })
  it('knows Alipay’s developer tool by its constant', () => {
    const { api } = createHostFake('alipay')
    expect([api, { ...api, isIDE: true }].map((my) => ALL_HOSTS.alipay.make(my as never).host.isSimulator)).toEqual([false, true])
  })
})
