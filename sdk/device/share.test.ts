import { describe, expect, it } from 'vitest'
import { deviceOn } from './__fixtures__/devices.js'
import { phoneNumberHosts, phoneNumberTool } from './phone-number.js'
import { shareHosts, shareTool } from './share.js'

describe.each([
  ['shareTool', shareHosts, shareTool, { shared: true }],
  ['phoneNumberTool', phoneNumberHosts, phoneNumberTool, { granted: true, phoneNumber: '138****0000' }],
] as const)('%s', (_name, table, make, answer) => {
  it.each(Object.keys(table))('waits on %s for a button of the host', host => {
    const tool = make(deviceOn(host))
    expect(tool.execute).toBeUndefined()
    expect(tool.approval).toBe('ask')
    expect(table[host]!.openType).toBeTruthy()
  })
  it('takes the answer that is given after the tap, and no other', () => {
    const tool = make(deviceOn('wechat'))
    expect(tool.validateResult!(answer)).toEqual({ ok: true, value: answer })
    expect(tool.validateResult!({ errMsg: 'getPhoneNumber:ok' }).ok).toBe(false)
  })
  it('is denied on hosts that have no such button, instead of waiting for ever', () => {
    expect(make(deviceOn('nokia')).approval).toEqual({ deny: expect.stringContaining('not supported on nokia') })
    expect(make(deviceOn('nokia'), { approval: 'allow' }).approval).toHaveProperty('deny')
  })
})
