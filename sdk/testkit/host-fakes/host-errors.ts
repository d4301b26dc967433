import type { HostPhone } from './host-phone.js'
import type { HostProfile, HostTrouble } from './host-profile.js'

// Texts and numbers, by trouble. On Android they are Chromium's, on iOS the system's, in its language.
// assumed: the texts of `domain`, `url`, `method`, `arguments`, quota, `missing`, `sockets`, `denied` and `http`.
const ERR_MSG: Record<HostTrouble, [text: string, errno?: number, iosText?: string]> = {
  abort: ['abort'],
  timeout: ['timeout', 5, '请求超时。'],
  offline: [chromium(-106, 'ERR_INTERNET_DISCONNECTED'), 600001, '似乎已断开与互联网的连接。'],
  dns: [chromium(-105, 'ERR_NAME_NOT_RESOLVED'), 600001, '未能找到使用指定主机名的服务器。'],
  refused: [chromium(-102, 'ERR_CONNECTION_REFUSED'), 600001, '网络连接已中断。'],
  reset: [chromium(-324, 'ERR_EMPTY_RESPONSE'), 600001, '网络连接已中断。'],
  broken: [chromium(-355, 'ERR_INCOMPLETE_CHUNKED_ENCODING'), 600001, '网络连接已中断。'],
  failed: [chromium(-2, 'ERR_FAILED'), 600001, '网络连接已中断。'],
  tls: [chromium(-202, 'ERR_CERT_AUTHORITY_INVALID'), 600001, '发生了SSL错误，无法建立与该服务器的安全连接。'],
  interrupted: ['interrupted', 600003],
  suspended: ['createRequestTask:fail:interrupted'],
  navigation: ['interrupted'],
  domain: ['url not in domain list', 600002],
  url: ['invalid url', 600009],
  method: ['method is invalid'],
  arguments: ['parameter error'],
  http: ['http status error'],
  decode: ['parse data error'],
  'no-file': ['no such file or directory'],
  'key-quota': ['entry size limit reached'],
  'total-quota': ['exceed storage max size 10Mb'],
  missing: ['data not found'],
  sockets: ['exceed max task count'],
  denied: ['auth deny'],
}

function chromium(number: number, name: string): string {
  return `errcode:${number} cronet_error_code:${number} error_msg:net::${name}`
}

/** Failures as `{ errMsg: 'api:fail text' }`, with WeChat's `errno` where a base library is given that has it. */
export function errMsgError(numberSince?: string): HostProfile['error'] {
  return (api, trouble, phone: HostPhone) => {
    const [text, errno, iosText] = ERR_MSG[trouble]
    const errMsg = `${api}:fail ${phone.platform === 'ios' ? (iosText ?? text) : text}`
    return errno !== undefined && phone.has(numberSince) ? { errMsg, errno } : { errMsg }
  }
}

// Numbers from the vendor's help pages, texts from its typings where they have one.
const ALIPAY: Partial<Record<HostTrouble, [error: number, errorMessage: string]>> = {
  navigation: [1, 'request aborted'],
  url: [2, 'invalid parameter!'],
  method: [2, 'invalid parameter!'],
  arguments: [2, 'invalid parameter!'],
  domain: [11, 'N22106'],
  timeout: [13, 'timeout'],
  decode: [14, 'JSON parse data error'],
  http: [19, 'http status error'],
  tls: [19, 'certificate error'],
  'key-quota': [14, 'data is too large'],
  'total-quota': [12, 'storage limit exceeded'],
}
const ALIPAY_NETWORK: readonly HostTrouble[] = ['offline', 'dns', 'refused', 'reset', 'broken', 'failed']

/** Failures as `{ error, errorMessage }`. What no page numbers has no number. */
export const alipayError: HostProfile['error'] = (_api, trouble) => {
  if (ALIPAY_NETWORK.includes(trouble)) return { error: 12, errorMessage: 'network error' }
  const [error, errorMessage] = ALIPAY[trouble] ?? []
  return error === undefined ? { errorMessage: trouble } : { error, errorMessage }
}
