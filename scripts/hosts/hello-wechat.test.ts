import { afterAll, beforeAll, expect, test } from 'vitest'
import { samplePhone, type SamplePhone } from '../lib/sample-phone.js'

// The sample as its reader has it: the packed tarball, WeChat's "build npm", compiler and component runtime, and the real gateway.

let phone: SamplePhone
beforeAll(async () => {
  phone = await samplePhone('hello-wechat')
})
afterAll(() => phone.close())

test('a guest orders a drink on the native page', async () => {
  const page = await phone.open()
  await page.until(() => page.instance.data.status === 'idle')
  expect(page.text()).toContain('内容由 AI 生成')
  page.instance.onConfirm({ detail: { value: '来一杯大杯冰拿铁' } })
  await page.until(() => page.instance.data.status === 'waiting')
  expect(page.text()).toContain('确认这一单')
  expect(page.text()).toContain('拿铁 latte')
  await page.tap('.answer--yes')
  await page.until(() => page.instance.data.status === 'idle')
  expect(page.text()).toContain('已下单')
  expect(page.text()).toContain('取餐号')
  expect(page.text()).toContain('内容由 AI 生成')
  const answer = page.instance.data.messages[1]
  expect(answer.blocks.map((block: { kind: string }) => block.kind)).toContain('text')
  page.close()
})
