import { describe, expect, expectTypeOf, test } from 'vitest'
import { profileFor, profiles, type Profile, type ProfileName } from './profiles.js'

const common = {
  reasoningFields: ['reasoning_content', 'reasoning'],
  reasoningField: 'reasoning_content',
  reasoningReplay: 'drop',
  developerRole: false,
  includeUsage: true,
  maxTokensField: 'max_tokens',
  toolChoices: ['auto', 'none', 'required', 'named'],
}

test.each<[ProfileName, object]>([
  ['generic', { ...common, provider: 'openai-compatible', jsonMode: 'json_schema', reasoningReplay: 'drop-ours', maxTokensField: 'as-sent', developerRole: true }],
  ['deepseek', { ...common, provider: 'deepseek', jsonMode: 'json_object', reasoningReplay: 'keep-empty' }],
  ['qwen', { ...common, provider: 'qwen', jsonMode: 'json_object', toolChoices: ['auto', 'none', 'named'] }],
  ['hunyuan', { ...common, provider: 'hunyuan', jsonMode: 'json_object' }],
  [
    'glm',
    {
      ...common, provider: 'glm', jsonMode: 'json_object', reasoningReplay: 'keep-with-tools', toolChoices: ['auto'], extraBodyWithTools: { tool_stream: true },
    },
  ],
  [
    'kimi',
    {
      ...common, provider: 'kimi', jsonMode: 'json_schema', reasoningReplay: 'keep-with-tools', toolChoices: ['auto', 'none'], maxTokensField: 'max_completion_tokens',
    },
  ],
])('%s is what its provider documents', (name, profile) => {
  expect(profiles[name]).toEqual(profile)
})

describe('the profile of a model', () => {
  test.each<[string, string, ProfileName]>([
    ['deepseek-v4', 'https://api.deepseek.com', 'deepseek'],
    ['DeepSeek-V4', 'https://tokenhub.tencentmaas.com/v1', 'deepseek'],
    ['qwen3-max', 'https://dashscope.aliyuncs.com/compatible-mode/v1', 'qwen'],
    ['deepseek-v4', 'https://dashscope.aliyuncs.com/compatible-mode/v1', 'deepseek'],
    ['hunyuan-2', 'https://tokenhub.tencentmaas.com/v1', 'hunyuan'],
    ['hy-something', 'https://tokenhub.tencentmaas.com/v1', 'hunyuan'],
    ['glm-5', 'https://open.bigmodel.cn/api/paas/v4', 'glm'],
    ['kimi-k3', 'https://api.moonshot.cn/v1', 'kimi'],
    ['some-model', 'https://api.moonshot.cn/v1', 'kimi'],
    ['ep-20261125-abcd', 'https://ark.cn-beijing.volces.com/api/v3', 'generic'],
    ['default', 'https://ai.example.com/glm/kimi', 'generic'],
  ])('%s at %s is %s', (model, url, name) => {
    expect(profileFor(model, url)).toBe(profiles[name])
  })
})

test('names of profiles are known to the compiler, and each is a whole profile', () => {
  expectTypeOf<ProfileName>().toEqualTypeOf<'generic' | 'deepseek' | 'qwen' | 'hunyuan' | 'glm' | 'kimi'>()
  expectTypeOf(profiles).toExtend<Record<ProfileName, Profile>>()
  expectTypeOf<Profile['reasoningReplay']>().toEqualTypeOf<'drop' | 'drop-ours' | 'keep' | 'keep-with-tools' | 'keep-empty'>()
})
