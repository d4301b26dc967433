import { expect, it } from 'vitest'
import { createThread } from './create-thread.js'
import type { ThreadOptions } from './thread.js'
import { createAgent } from '../agent/create-agent.js'
import { labelText } from '../middleware/label.js'
import { en, zh } from '../strings.js'
import { fakePlatform } from '../testkit/fake-platform.js'
import { mockModel } from '../testkit/mock-model.js'
import { viewData } from '../view/view-data.js'

const agent = createAgent({ model: mockModel() })
function labelIn(host: string | undefined, options: Partial<ThreadOptions> = {}): string {
  const fake = fakePlatform()
  const platform = host === undefined ? undefined : { ...fake, host: { ...fake.host, name: host } }
  const thread = createThread({ agent, platform, id: 't', ...options })
  expect(viewData(thread.state).label).toBe(thread.state.label)
  thread.dispose()
  return thread.state.label
}

it.each(['wechat', 'alipay', 'douyin', 'baidu', 'harmony', 'xiaohongshu'])('a page in %s is given a label by default', host => {
  expect(labelIn(host)).toBe('内容由 AI 生成')
})
it.each(['web', 'node', undefined])('a page in %s is given none', host => {
  expect(labelIn(host)).toBe('')
})
it('is what the app says, in the language of its strings', () => {
  expect(labelIn('wechat', { strings: en })).toBe('AI生成 · AI-generated')
  expect(labelIn('wechat', { strings: { label: 'AI合成' } })).toBe('AI合成')
  expect(labelIn('wechat', { label: '' })).toBe('')
  expect(labelIn('web', { label: 'AI生成' })).toBe('AI生成')
})
it('is the same that copies of a text end with', () => {
  expect([labelText('zh'), labelText('en')]).toEqual([zh.label, en.label])
})
