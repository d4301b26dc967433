import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { chooseAddressHosts, chooseAddressTool } from './choose-address.js'

const result = { name: '张三', phone: '13800000000', province: '广东省', city: '广州市', district: '海珠区', detail: '新港中路397号' }
const wx: HostCase = {
  asks: ['chooseAddress', {}],
  answers: { userName: '张三', telNumber: '13800000000', provinceName: '广东省', cityName: '广州市', countyName: '海珠区', detailInfo: '新港中路397号', postalCode: '510000' },
  result,
}

describeOnHosts('chooseAddressTool', chooseAddressHosts, platform => chooseAddressTool(platform), {
  wechat: wx,
  douyin: wx,
  alipay: {
    asks: ['getAddress', {}],
    answers: { resultStatus: '9000', result: { fullname: '张三', mobilePhone: '13800000000', country: '中国', prov: '广东省', city: '广州市', area: '海珠区', street: '新港中路', address: '397号' } },
    result,
  },
  taro: wx,
  uni: wx,
})

it('takes a choice that was not made for a cancelled one, though the host calls it a success', async () => {
  expect(await execute(chooseAddressTool(deviceOn('alipay', { resultStatus: '6001', result: '' })))).toEqual({ cancelled: true })
  expect(await execute(chooseAddressTool(deviceOn('uni', { errMsg: 'chooseAddress:ok 6001' })))).toEqual({ cancelled: true })
})
it('asks, and runs inside the tap that approves it', () => {
  expect(chooseAddressTool(deviceOn('wechat'))).toMatchObject({ approval: 'ask', requiresGesture: true })
})
