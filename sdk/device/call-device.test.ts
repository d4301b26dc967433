import { describe, expect, it } from 'vitest'
import { callDevice, createOnHost, hostFailure, type HostCall, type HostTable } from './call-device.js'
import { deviceOn } from './__fixtures__/devices.js'
import type { HostFailure } from '../platform/platform.js'

const table: HostTable<HostCall<unknown, string>> = {
  wechat: { api: 'doIt', result: answer => answer.text.trim(), reasons: { 11: 'cancelled', 12: 'denied' } },
}
const failing = (failure: HostFailure) => callDevice(deviceOn('wechat', { failure }), 'doing', table, {})

describe('callDevice', () => {
  it('reads error numbers as the table says, where the adapter could not', async () => {
    expect(await failing({ reason: 'unknown', errMsg: '用户取消操作', errno: 11 })).toEqual({ cancelled: true })
    await expect(failing({ reason: 'unknown', errMsg: 'no', errno: 12 })).rejects.toMatchObject({ details: { info: { reason: 'denied' } } })
  })
  it('says that the privacy agreement stands in the way, where it does', async () => {
    await expect(failing({ reason: 'denied', errMsg: 'doIt:fail privacy permission is not authorized' })).rejects.toThrow(/privacy agreement is not accepted/)
  })
  it('lets a call be tried again where time or network failed, and nowhere else', async () => {
    await expect(failing({ reason: 'timeout', errMsg: 'doIt:fail timeout' })).rejects.toMatchObject({ code: 'platform/failed', retryable: true })
    await expect(failing({ reason: 'unknown', errMsg: 'doIt:fail' })).rejects.toMatchObject({ code: 'platform/failed', retryable: false, message: 'doing failed on wechat (doIt:fail)' })
  })
  it('fails, and does not throw into the host, where an answer cannot be read', async () => {
    await expect(callDevice(deviceOn('wechat', {}), 'doing', table, {})).rejects.toThrow(TypeError)
  })
  it('takes an answer of nothing for an empty one', async () => {
    const platform = deviceOn('wechat', {}, { invoke: (_api, _args, done) => done(null) })
    expect(await callDevice(platform, 'doing', { wechat: { api: 'doIt', result: answer => Object.keys(answer) } }, {})).toEqual([])
  })
})

describe('createOnHost', () => {
  it('makes what the table names', () => {
    const platform = deviceOn('wechat', {}, { create: api => ({ api }) })
    expect(createOnHost(platform, 'doing', table.wechat)).toEqual({ api: 'doIt' })
  })
  it('says so where the host cannot', () => {
    const missing = expect.objectContaining({ code: 'platform/unsupported' })
    expect(() => createOnHost(deviceOn('wechat'), 'doing', table.wechat)).toThrow(missing)
    expect(() => createOnHost(deviceOn('wechat', {}, { create: () => undefined }), 'doing', table.wechat)).toThrow(missing)
    expect(() => createOnHost(deviceOn('nokia', {}, { create: () => ({}) }), 'doing', table.nokia)).toThrow(missing)
  })
})

describe('hostFailure', () => {
  it('reads the fields of either family of hosts', () => {
    expect(hostFailure({ errMsg: 'operateRecorder:fail auth deny', errno: 103 })).toEqual({ reason: 'denied', errMsg: 'operateRecorder:fail auth deny', errno: 103 })
    expect(hostFailure({ errorMessage: 'Record canceled by page pause.', error: 1001 })).toEqual({ reason: 'unknown', errMsg: 'Record canceled by page pause.', errno: 1001 })
    expect(hostFailure('boom').errMsg).toBe('boom')
  })
})
