import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, type HostCase } from './__fixtures__/devices.js'
import { scanCodeHosts, scanCodeTool } from './scan-code.js'

const result = { text: 'table 7' }
const wx: HostCase = { args: { cameraOnly: true }, asks: ['scanCode', { onlyFromCamera: true }], answers: { result: 'table 7', scanType: 'QR_CODE' }, result }
const bare: HostCase = { args: { cameraOnly: true }, asks: ['scanCode', {}], answers: { result: 'table 7' }, result }

describeOnHosts('scanCodeTool', scanCodeHosts, platform => scanCodeTool(platform), {
  wechat: wx,
  alipay: { args: {}, asks: ['scan', { hideAlbum: false }], answers: { code: 'table 7' }, result },
  douyin: bare,
  baidu: bare,
  taro: wx,
  uni: wx,
})

it('asks, and runs inside the tap that approves it', () => {
  expect(scanCodeTool(deviceOn('wechat'))).toMatchObject({ approval: 'ask', requiresGesture: true })
})
