import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { paymentHosts, paymentTool } from './payment.js'

const signed = { timeStamp: '1', nonceStr: 'n', package: 'prepay_id=p', signType: 'RSA', paySign: 's' }
const args = { orderId: 'o-1' }
const paymentOf = (orderId: string) => (orderId === 'o-1' ? signed : undefined)
const as = (api: string, answers: object, status: string, more: object = {}): HostCase => ({ args, asks: [api, { ...more, ...signed }], answers, result: { status } })

describeOnHosts('paymentTool', paymentHosts, platform => paymentTool(platform, { paymentOf }), {
  wechat: as('requestPayment', {}, 'paid'),
  alipay: as('tradePay', { resultCode: '9000' }, 'paid'),
  douyin: as('pay', { code: 0 }, 'paid', { service: 5 }),
  baidu: as('requestPolymerPayment', {}, 'unknown'),
  kuaishou: as('pay', {}, 'unknown', { serviceId: '1' }),
  xiaohongshu: as('requestGuaranteeOrderPayment', {}, 'unknown'),
  taro: as('requestPayment', {}, 'unknown'),
  uni: as('requestPayment', {}, 'unknown'),
})

it.each([
  ['alipay', { resultCode: 6001 }, { cancelled: true }],
  ['alipay', { resultCode: '4000' }, { status: 'unpaid' }],
  ['alipay', { resultCode: '8000' }, { status: 'unknown' }],
  ['alipay', {}, { status: 'unknown' }],
  ['douyin', { code: 4 }, { cancelled: true }],
  ['douyin', { code: 2 }, { status: 'unpaid' }],
  ['douyin', { code: 9 }, { status: 'unknown' }],
  ['douyin', {}, { status: 'unknown' }],
])('does not take a success of %s with %j for a payment', async (host, answer, result) => {
  expect(await execute(paymentTool(deviceOn(host, answer), { paymentOf }), args)).toEqual(result)
})
it('asks a Kuaishou without pay in the words it has, inside the same tap', () => {
  const device = deviceOn('kuaishou', api => (api === 'pay' ? { failure: { reason: 'unsupported', errMsg: 'no pay' } } : {}))
  const paid = execute(paymentTool(device, { paymentOf }), args)
  expect(device.asked).toEqual([['pay', { serviceId: '1', ...signed }], ['requestPayment', signed]])
  return expect(paid).resolves.toEqual({ status: 'unknown' })
})
it('always asks, runs inside the tap, and never twice', () => {
  expect(paymentTool(deviceOn('wechat'), { paymentOf })).toMatchObject({ approval: 'ask', requiresGesture: true, replay: 'never' })
})
it('pays nothing for an order it does not know, and shows the model no signature', async () => {
  const device = deviceOn('wechat')
  const tool = paymentTool(device, { paymentOf })
  await expect(execute(tool, { orderId: 'o-2' })).rejects.toMatchObject({ code: 'agent/tool-failed', message: expect.stringContaining('o-2') })
  expect(device.asked).toEqual([])
  expect(Object.keys(tool.parameters.properties!)).toEqual(['orderId'])
})
