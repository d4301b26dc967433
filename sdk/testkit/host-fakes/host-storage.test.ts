import { describe, expect, it } from 'vitest'
import { askHost } from './ask-host.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { createHostFake } from './host-fake.js'

type Sync = Record<string, (...args: unknown[]) => unknown>
const host = (name: HostFakeName, options: HostFakeOptions = {}) => {
  const fake = createHostFake(name, options)
  return { fake, sync: fake.api as unknown as Sync, ask: (api: string, args: object = {}) => askHost(fake, api, args) }
}
const WX_LIKE: HostFakeName[] = ['wechat', 'douyin', 'baidu', 'qq', 'jd', 'kuaishou', 'xiaohongshu', 'feishu', 'harmony']
const KB = 1024

describe('storage', () => {
  it.each(WX_LIKE)('takes key and value by position on %s, in both manners', async name => {
    const { sync, ask } = host(name)
    sync.setStorageSync!('a', { b: '值' })
    expect((await ask('getStorage', { key: 'a' })).result).toEqual({ data: { b: '值' }, errMsg: 'getStorage:ok' })
    await ask('setStorage', { key: 'c', data: 'd' })
    expect([sync.getStorageSync!('c'), sync.getStorageInfoSync!()]).toEqual(['d', expect.objectContaining({ keys: ['a', 'c'], limitSize: 10_240 })])
    await ask('removeStorage', { key: 'a' })
    expect([sync.getStorageSync!('a'), (await ask('getStorageInfo')).result.keys]).toEqual(['', ['c']])
    sync.removeStorageSync!('c')
    expect((await ask('getStorageInfo')).result.keys).toEqual([])
    sync.setStorageSync!('e', 1)
    await ask('clearStorage')
    sync.setStorageSync!('f', 1)
    sync.clearStorageSync!()
    expect((sync.getStorageInfoSync!() as { keys: string[] }).keys).toEqual([])
  })
  it('takes an object and answers in one on Alipay', async () => {
    const { sync, ask } = host('alipay')
    expect(sync.setStorageSync!({ key: 'a', data: { b: '值' } })).toEqual({ success: true })
    expect(sync.getStorageSync!({ key: 'a' })).toEqual({ data: { b: '值' } })
    expect((await ask('getStorage', { key: 'a' })).result).toEqual({ data: { b: '值' } })
    expect(sync.getStorageInfoSync!()).toEqual({ keys: ['a'], currentSize: 1, limitSize: 10_240 })
    expect(sync.removeStorageSync!({ key: 'a' })).toEqual({ success: true })
    expect([sync.getStorageSync!({ key: 'a' }), (await ask('getStorage', { key: 'a' })).calls]).toEqual([{ data: null }, ['success', 'complete']])
    expect(sync.clearStorageSync!()).toEqual({ success: true })
  })
  it('fails on Alipay for a key by position', () => {
    expect(host('alipay').sync.setStorageSync!('a', 1)).toEqual({ success: false, error: 2, errorMessage: 'invalid parameter!' })
  })
  it('may answer a synchronous read in `APDataStorage` on Alipay', () => {
    const { sync } = host('alipay', { bugs: { apDataStorage: true } })
    sync.setStorageSync!({ key: 'a', data: 1 })
    expect(sync.getStorageSync!({ key: 'a' })).toEqual({ APDataStorage: 1 })
  })
  it('answers a missing key with an empty text on Douyin, and fails on WeChat', async () => {
    expect(await host('douyin').ask('getStorage', { key: 'no' })).toEqual({ calls: ['success', 'complete'], result: { data: '', errMsg: 'getStorage:ok' } })
    expect(await host('wechat').ask('getStorage', { key: 'no' })).toEqual({ calls: ['fail', 'complete'], result: { errMsg: 'getStorage:fail data not found' } })
  })
  it.each(['wechat', 'douyin'] as const)('holds 1 MB a key and 10 MB in all on %s', async name => {
    const { sync, ask } = host(name)
    const full = 'x'.repeat(KB * KB - 2)
    expect((await ask('setStorage', { key: 'a', data: full })).calls).toEqual(['success', 'complete'])
    expect((await ask('setStorage', { key: 'a', data: full + 'x' })).result).toEqual({ errMsg: 'setStorage:fail entry size limit reached' })
    expect(() => sync.setStorageSync!('a', full + 'x')).toThrow('setStorage:fail entry size limit reached')
    for (let count = 0; count < 9; count++) sync.setStorageSync!('b' + count, full)
    expect((await ask('setStorage', { key: 'c', data: 1 })).result).toEqual({ errMsg: 'setStorage:fail exceed storage max size 10Mb' })
    expect(() => sync.setStorageSync!('c', 1)).toThrow(/max size/)
    sync.setStorageSync!('a', 1)
    sync.setStorageSync!('c', 1)
  })
  it('encrypts on WeChat, in asynchronous calls, and has 0.7 MB a key then', async () => {
    const { sync, ask } = host('wechat')
    const full = 'x'.repeat(Math.floor(0.7 * KB * KB) - 2)
    expect((await ask('setStorage', { key: 'a', data: full, encrypt: true })).calls).toEqual(['success', 'complete'])
    expect((await ask('setStorage', { key: 'a', data: full + 'x', encrypt: true })).calls).toEqual(['fail', 'complete'])
    expect((await ask('getStorage', { key: 'a', encrypt: true })).result.data).toBe(full)
    expect((await ask('getStorage', { key: 'a' })).calls).toEqual(['fail', 'complete'])
    expect(() => sync.getStorageSync!('a')).toThrow()
    const other = host('qq')
    await other.ask('setStorage', { key: 'a', data: 1, encrypt: true })
    expect(other.sync.getStorageSync!('a')).toBe(1)
  })
  it('writes several keys at once on WeChat', async () => {
    const { sync, ask } = host('wechat')
    sync.batchSetStorageSync!([{ key: 'a', value: 1 }, { key: 'b', value: 2 }])
    await ask('batchSetStorage', { kvList: [{ key: 'c', value: 3 }] })
    expect(['a', 'b', 'c'].map(key => sync.getStorageSync!(key))).toEqual([1, 2, 3])
    expect(host('qq').sync.batchSetStorageSync).toBeUndefined()
  })
  it('holds 200 KB a key (error 14) and 10 MB in all (error 12) on Alipay, and throws nothing', async () => {
    const { sync, ask } = host('alipay')
    const full = 'x'.repeat(200 * KB - 2)
    expect((await ask('setStorage', { key: 'a', data: full })).calls).toEqual(['success', 'complete'])
    expect((await ask('setStorage', { key: 'a', data: full + 'x' })).result).toMatchObject({ error: 14 })
    expect(sync.setStorageSync!({ key: 'a', data: full + 'x' })).toMatchObject({ success: false, error: 14 })
    for (let count = 0; count < 50; count++) sync.setStorageSync!({ key: 'b' + count, data: full })
    expect((await ask('setStorage', { key: 'c', data: full })).result).toMatchObject({ error: 12 })
    expect(sync.setStorageSync!({ key: 'c', data: full })).toMatchObject({ success: false, error: 12 })
  })
  it.each(['baidu', 'qq', 'jd', 'kuaishou', 'xiaohongshu', 'feishu', 'harmony'] as const)('takes anything on %s, where no limit is known', name => {
    const { sync } = host(name)
    sync.setStorageSync!('a', 'x'.repeat(11 * KB * KB))
    expect((sync.getStorageSync!('a') as string).length).toBe(11 * KB * KB)
  })
})
