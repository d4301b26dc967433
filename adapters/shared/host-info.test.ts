import { describe, expect, it } from 'vitest'
import { wechatQuirks } from '../wechat/wechat-quirks.js'
import { isAtLeast, readHostInfo } from './host-info.js'

describe('isAtLeast', () => {
  it('compares part by part, as numbers', () => {
    for (const version of ['2.20.2', '2.20.10', '2.100.0', '3.0.0', '10.0.0']) expect(isAtLeast(version, '2.20.2')).toBe(true)
    for (const version of ['2.20.1', '2.9.9', '1.99.99', '']) expect(isAtLeast(version, '2.20.2')).toBe(false)
  })
  it('takes every host where no minimum is known, also one that tells no version', () => {
    expect([isAtLeast('1.0.0', '0'), isAtLeast('', '0')]).toEqual([true, true])
  })
})

describe('readHostInfo', () => {
  const read = (members: object) => readHostInfo({ api: { request() {}, ...members } as never, quirks: wechatQuirks })
  it('asks for as little of the phone as it can', () => {
    let asked = 0
    const members = { getAppBaseInfo: () => ({ SDKVersion: '3.7.0' }), getDeviceInfo: () => ({ platform: 'ios' }), getSystemInfoSync: () => ({ asked: ++asked }) }
    expect(read(members)).toMatchObject({ name: 'wechat', version: '3.7.0', isSimulator: false })
    expect(asked).toBe(0)
  })
  it('knows what to do without an answer: a release of no version', () => {
    const throwing = (): never => {
      throw new Error('not in this context')
    }
    const members = { getAppBaseInfo: throwing, getDeviceInfo: () => undefined, getAccountInfoSync: () => null }
    expect(read(members)).toEqual({ name: 'wechat', version: '', isSimulator: false, isRelease: true })
  })
})
