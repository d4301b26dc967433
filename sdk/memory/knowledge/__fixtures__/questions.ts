import { readFileSync } from 'node:fs'
import type { KnowledgeDocument } from '../index.js'

/** The sections of a page of errors, one document each, by their codes. */
export function errorPage(path: string): KnowledgeDocument[] {
  const page = readFileSync(new URL('../../../../' + path, import.meta.url), 'utf8')
  return page.split(/^### /m).slice(1).map(section => {
    const [, id = ''] = /^`(.+?)`/.exec(section) ?? []
    return { id, title: id, text: section.split('\n').slice(1).join('\n').split(/^## /m)[0]! }
  })
}

/** What developers ask, in their words and not the page's, and the section that answers it. */
export const chineseQuestions: [question: string, id: string][] = [
  ['没有网的时候会怎样', 'transport/offline'],
  ['用户切到后台回答断了怎么办', 'transport/suspended'],
  ['模型思考太久报超时', 'transport/timeout'],
  ['证书有问题连不上', 'transport/tls'],
  ['在微信后台哪里配置合法域名', 'transport/domain-not-allowed'],
  ['登录过期了会自动重新登录吗', 'transport/unauthorized'],
  ['被限流了多久后重试', 'transport/rate-limited'],
  ['服务器返回 500', 'transport/server'],
  ['返回的不是事件流，是一个网页', 'transport/not-a-stream'],
  ['中文变成乱码', 'transport/text-damaged'],
  ['响应太大', 'transport/too-large'],
  ['回答到一半就没了', 'transport/truncated'],
  ['wx.login 的 code 换不到用户', 'transport/sign-in-failed'],
  ['可以把 API 密钥写在小程序里吗', 'transport/provider-key-exposed'],
  ['收到的 JSON 解析不了', 'protocol/malformed'],
  ['事件顺序不对', 'protocol/event-order'],
  ['工具的 schema 不能转成 JSON', 'protocol/schema-unsupported'],
  ['模型厂商报错了', 'endpoint/provider-error'],
  ['模型调用了一个不存在的工具', 'agent/tool-unknown'],
  ['工具的参数不符合要求', 'agent/tool-arguments-invalid'],
  ['工具执行时抛出异常', 'agent/tool-failed'],
  ['工具返回的内容太长', 'agent/tool-result-too-large'],
  ['用户拒绝了操作', 'agent/tool-denied'],
  ['App 被杀后不知道付款成功没有', 'agent/tool-outcome-unknown'],
  ['两个问题只回答了一个', 'agent/resume-incomplete'],
  ['循环太多次停不下来', 'agent/step-limit'],
  ['模型输出的 JSON 不符合 schema', 'agent/output-invalid'],
  ['手机存储满了', 'thread/storage-full'],
  ['旧版本打不开新版本的对话', 'thread/record-newer'],
  ['对话记录损坏', 'thread/record-damaged'],
]

export const englishQuestions: [question: string, id: string][] = [
  ['what happens without internet', 'transport/offline'],
  ['answer stops when the user leaves the app', 'transport/suspended'],
  ['model takes too long to answer', 'transport/timeout'],
  ['certificate problems', 'transport/tls'],
  ['where do I add the server domain in WeChat', 'transport/domain-not-allowed'],
  ['token expired', 'transport/unauthorized'],
  ['too many requests, when may I retry', 'transport/rate-limited'],
  ['server returned status 500', 'transport/server'],
  ['garbled characters', 'transport/text-damaged'],
  ['the answer breaks off in the middle', 'transport/truncated'],
  ['may I put my API key into the app', 'transport/provider-key-exposed'],
  ['the model called a tool that does not exist', 'agent/tool-unknown'],
  ['a tool threw an exception', 'agent/tool-failed'],
  ['was the payment made before the app was killed', 'agent/tool-outcome-unknown'],
  ['the agent loops forever', 'agent/step-limit'],
]
