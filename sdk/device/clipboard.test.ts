import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, type HostCase } from './__fixtures__/devices.js'
import { readClipboardHosts, readClipboardTool, writeClipboardHosts, writeClipboardTool } from './clipboard.js'

const read: HostCase = { asks: ['getClipboardData', {}], answers: { data: 'SF123' }, result: { text: 'SF123' } }
const write: HostCase = { args: { text: 'SF123' }, asks: ['setClipboardData', { data: 'SF123' }], answers: {}, result: { written: true } }

describeOnHosts('readClipboardTool', readClipboardHosts, platform => readClipboardTool(platform), {
  wechat: read,
  alipay: { asks: ['getClipboard', {}], answers: { text: 'SF123' }, result: { text: 'SF123' } },
  douyin: read,
  taro: read,
  uni: read,
})
describeOnHosts('writeClipboardTool', writeClipboardHosts, platform => writeClipboardTool(platform), {
  wechat: write,
  alipay: { args: { text: 'SF123' }, asks: ['setClipboard', { text: 'SF123' }], answers: { success: true }, result: { written: true } },
  douyin: write,
  taro: write,
  uni: write,
})

it('asks before it reads, and not before it writes', () => {
  const platform = deviceOn('wechat')
  expect([readClipboardTool(platform).approval, writeClipboardTool(platform).approval]).toEqual(['ask', 'allow'])
})
