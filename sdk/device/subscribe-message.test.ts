import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { subscribeMessageHosts, subscribeMessageTool } from './subscribe-message.js'

const topics = { orderReady: 'id-1', refund: 'id-2', news: 'id-3' }
const args = { topics: ['orderReady', 'news'] }
const result = { accepted: ['orderReady'], rejected: ['news'] }
const wx: HostCase = { args, asks: ['requestSubscribeMessage', { tmplIds: ['id-1', 'id-3'] }], answers: { 'id-1': 'acceptWithAudio', 'id-3': 'reject' }, result }

describeOnHosts('subscribeMessageTool', subscribeMessageHosts, platform => subscribeMessageTool(platform, { topics }), {
  wechat: wx,
  douyin: wx,
  alipay: { args, asks: ['requestSubscribeMessage', { entityIds: ['id-1', 'id-3'] }], answers: { behavior: 'subscribe', result: { subscribedEntityIds: ['id-1'] } }, result },
  taro: wx,
  uni: wx,
})

it('reads what Alipay says without a list', async () => {
  const say = (behavior: string) => execute(subscribeMessageTool(deviceOn('alipay', { behavior }), { topics }), args)
  expect(await say('subscribe')).toEqual({ accepted: ['orderReady', 'news'], rejected: [] })
  expect(await say('cancel')).toEqual({ accepted: [], rejected: ['orderReady', 'news'] })
})
it('offers the topics of the app and no ids, at most three at a time, inside a tap', () => {
  const tool = subscribeMessageTool(deviceOn('wechat'), { topics: { ...topics, birthday: 'id-4' } })
  expect(JSON.stringify(tool.parameters)).not.toContain('id-1')
  expect(tool).toMatchObject({ approval: 'ask', requiresGesture: true })
  expect(tool.validate({ topics: ['weather'] }).ok).toBe(false)
  expect(tool.validate({ topics: [] }).ok).toBe(false)
  expect(tool.validate({ topics: ['orderReady', 'refund', 'news', 'birthday'] }).ok).toBe(false)
})
