import type { ErrorCode } from './errors.js'

type Room = ErrorCode extends infer Code ? (Code extends `${infer Name}/${string}` ? Name : never) : never

/**
 * What a person is told when something fails, by error code, by room (`transport`), and for all else (`error`); and the
 * `label` that says that AI generated what they read.
 */
export type Strings = { readonly [key in ErrorCode | Room | 'error' | 'label']?: string }

/** The sentences Sampan shows where an app gives no others. */
export const zh = {
  label: '内容由 AI 生成',
  error: '出了点问题，请再试一次。',
  'platform/denied': '没有得到允许，可以在设置里打开。',
  transport: '连接中断了，请再试一次。',
  'transport/offline': '网络不可用，请检查网络。',
  'transport/timeout': '等待太久没有回应，请再试一次。',
  'transport/suspended': '切到后台时连接中断了，请再试一次。',
  'transport/domain-not-allowed': '服务地址不在小程序的允许列表中。',
  'transport/unauthorized': '登录已失效，请重新进入。',
  'transport/sign-in-failed': '登录失败，请稍后再试。',
  'transport/rate-limited': '请求太频繁，请稍后再试。',
  'transport/server': '服务暂时不可用，请稍后再试。',
  'transport/http': '服务出错了。',
  'transport/truncated': '回答没有传完，请再试一次。',
  'endpoint/provider-error': '模型服务出错了，请稍后再试。',
  'agent/step-limit': '步骤太多，已经停下，请说得更具体些。',
  'agent/tool-denied': '没有执行。',
  'agent/tool-outcome-unknown': '不确定操作是否成功，请先核实。',
  thread: '对话没有保存成功。',
  'thread/storage-full': '手机存储已满，对话没有保存。',
  'thread/record-newer': '对话由更新的版本保存，请更新后再打开。',
} satisfies Strings

/**
 * The same in English, and only in apps that import it.
 *
 * @example
 * createThread({ agent, platform, id: 'barista', strings: en })
 */
export const en: { readonly [key in keyof typeof zh]: string } = {
  // In China a label has `AI` and `生成` in it, whatever the language of the rest.
  label: 'AI生成 · AI-generated',
  error: 'Something went wrong. Please try again.',
  'platform/denied': 'Not allowed. You can allow it in the settings.',
  transport: 'The connection was lost. Please try again.',
  'transport/offline': 'No network. Please check the connection.',
  'transport/timeout': 'No answer in time. Please try again.',
  'transport/suspended': 'The connection was cut in the background. Please try again.',
  'transport/domain-not-allowed': 'This app may not reach the service address.',
  'transport/unauthorized': 'Your sign-in has expired. Please open the app again.',
  'transport/sign-in-failed': 'Signing in failed. Please try again later.',
  'transport/rate-limited': 'Too many requests. Please wait a moment.',
  'transport/server': 'The service is not available. Please try again later.',
  'transport/http': 'The service failed.',
  'transport/truncated': 'The answer was cut off. Please try again.',
  'endpoint/provider-error': 'The model service failed. Please try again later.',
  'agent/step-limit': 'Stopped after too many steps. Please be more specific.',
  'agent/tool-denied': 'Not done.',
  'agent/tool-outcome-unknown': 'It may or may not have worked. Please check first.',
  thread: 'The conversation was not saved.',
  'thread/storage-full': 'The phone is full; the conversation was not saved.',
  'thread/record-newer': 'A newer version saved this conversation. Please update.',
}

/** The sentence of an error code: an app's own, else that of {@link zh}; first by code, then by room, then `error`. */
export function stringFor(code: ErrorCode | (string & {}), strings?: Strings): string {
  const table: { readonly [key: string]: string | undefined } = { ...zh, ...strings }
  return table[code] ?? table[code.split('/')[0]!] ?? table.error!
}
