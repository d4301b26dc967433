import type { ErrorCode } from './errors.js'

/** Languages that come with Sampan. */
export type Locale = 'zh' | 'en'

/**
 * Every sentence Sampan shows to a person, by key. An error shows the sentence of its code, else that of its room
 * (`transport`), else `error`. Apps replace single sentences with the `strings` option.
 */
export const strings: Record<Locale, Record<string, string>> = {
  zh: {
    error: '出了点问题，请再试一次。',
    transport: '连接中断了，请再试一次。',
    'transport/offline': '网络不可用，请检查网络后再试。',
    'transport/timeout': '等待太久没有回应，请再试一次。',
    'transport/suspended': '切到后台时连接被中断了，请再试一次。',
    'transport/domain-not-allowed': '服务地址不在本小程序的允许列表中。',
    'transport/unauthorized': '登录已失效，请重新进入。',
    'transport/sign-in-failed': '登录失败，请稍后再试。',
    'transport/rate-limited': '请求太频繁，请稍后再试。',
    'transport/server': '服务暂时不可用，请稍后再试。',
    'transport/truncated': '回答没有传完，请再试一次。',
    'endpoint/provider-error': '模型服务出错了，请稍后再试。',
    'agent/step-limit': '这件事步骤太多，已经停下。请说得更具体一些。',
    'agent/tool-failed': '操作没有成功。',
    'agent/tool-timeout': '操作超时了。',
    'agent/tool-denied': '没有执行。',
    'agent/tool-outcome-unknown': '不确定操作是否成功，请先核实。',
    thread: '对话没有保存成功。',
    'thread/storage-full': '手机存储已满，对话没有保存。',
    'thread/record-newer': '这段对话由更新的版本保存，请更新后再打开。',
    'label/ai-generated': '内容由 AI 生成',
  },
  en: {
    error: 'Something went wrong. Please try again.',
    transport: 'The connection was lost. Please try again.',
    'transport/offline': 'There is no network. Check the connection and try again.',
    'transport/timeout': 'There was no answer in time. Please try again.',
    'transport/suspended': 'The connection was cut while the app was in the background. Please try again.',
    'transport/domain-not-allowed': 'This app is not allowed to reach the service address.',
    'transport/unauthorized': 'Your sign-in has expired. Please open the app again.',
    'transport/sign-in-failed': 'Signing in failed. Please try again later.',
    'transport/rate-limited': 'Too many requests. Please wait a moment.',
    'transport/server': 'The service is not available right now. Please try again later.',
    'transport/truncated': 'The answer did not arrive completely. Please try again.',
    'endpoint/provider-error': 'The model service reported an error. Please try again later.',
    'agent/step-limit': 'This took too many steps and was stopped. Please be more specific.',
    'agent/tool-failed': 'That did not work.',
    'agent/tool-timeout': 'That took too long.',
    'agent/tool-denied': 'Not done.',
    'agent/tool-outcome-unknown': 'It is not known whether this worked. Please check first.',
    thread: 'The conversation could not be saved.',
    'thread/storage-full': 'The phone\'s storage is full; the conversation was not saved.',
    'thread/record-newer': 'This conversation was saved by a newer version. Please update.',
    'label/ai-generated': 'AI-generated',
  },
}

/** The sentence for a key, in a language, with an app's own sentences first. */
export function stringFor(key: ErrorCode | (string & {}), locale: Locale, own: Record<string, string> = {}): string {
  const table = strings[locale]
  const room = key.slice(0, key.indexOf('/'))
  return own[key] ?? table[key] ?? own[room] ?? table[room] ?? own.error ?? table.error!
}
