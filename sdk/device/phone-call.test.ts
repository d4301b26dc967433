import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, type HostCase } from './__fixtures__/devices.js'
import { phoneCallHosts, phoneCallTool } from './phone-call.js'

const args = { phoneNumber: '020-8888 8888' }
const result = { dialled: true }
const wx: HostCase = { args, asks: ['makePhoneCall', args], answers: {}, result }

describeOnHosts('phoneCallTool', phoneCallHosts, platform => phoneCallTool(platform), {
  wechat: wx,
  alipay: { args, asks: ['makePhoneCall', { number: args.phoneNumber }], answers: { success: true }, result },
  douyin: wx,
  baidu: wx,
  taro: wx,
  uni: wx,
})

it('dials numbers, and no commands to the network', () => {
  const { validate } = phoneCallTool(deviceOn('wechat'))
  const isTaken = (phoneNumber: string): boolean => validate({ phoneNumber }).ok
  expect(['110', '+86 13800000000', '020-88888888'].map(isTaken)).toEqual([true, true, true])
  expect(['*#06#', '**21*13800000000#', '', 'police', '1,,2'].map(isTaken)).toEqual([false, false, false, false, false])
})
it('asks, and runs inside the tap that approves it', () => {
  expect(phoneCallTool(deviceOn('wechat'))).toMatchObject({ approval: 'ask', requiresGesture: true })
})
