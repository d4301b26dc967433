import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { locationHosts, locationTool } from './location.js'

const wx: HostCase = {
  args: { precise: true },
  asks: ['getLocation', { type: 'gcj02', isHighAccuracy: true }],
  answers: { latitude: 31.2, longitude: 121.5, accuracy: 30, speed: -1 },
  result: { latitude: 31.2, longitude: 121.5, accuracyM: 30, coordinates: 'gcj02' },
}
const framework: HostCase = {
  asks: ['getLocation', { type: 'gcj02', isHighAccuracy: false }],
  answers: { latitude: 31.2, longitude: 121.5 },
  result: { latitude: 31.2, longitude: 121.5, accuracyM: undefined, coordinates: 'unknown' },
}

describeOnHosts('locationTool', locationHosts, platform => locationTool(platform), {
  wechat: wx,
  douyin: wx,
  alipay: { asks: ['getLocation', {}], answers: { latitude: '31.2', longitude: '121.5', accuracy: '30' }, result: { latitude: 31.2, longitude: 121.5, accuracyM: 30, coordinates: 'unknown' } },
  taro: framework,
  uni: framework,
})

it('asks unless the app decides otherwise', () => {
  const platform = deviceOn('wechat')
  expect(locationTool(platform).approval).toBe('ask')
  expect(locationTool(platform, { approval: undefined }).approval).toBe('ask')
  expect(locationTool(platform, { approval: 'allow', description: '在哪', timeoutMs: 1 })).toMatchObject({ approval: 'allow', description: '在哪', timeoutMs: 1 })
})
it('knows what the numbers of Alipay mean here', async () => {
  const switchedOff = deviceOn('alipay', { failure: { reason: 'unknown', errMsg: '请确认定位相关权限已开启', errno: 11 } })
  await expect(execute(locationTool(switchedOff))).rejects.toThrow(/not allowed/)
})
