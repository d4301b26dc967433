import { describe, expect, it } from 'vitest'
import type { HostFailureReason } from '../../sdk/platform/platform.js'
import { wechatQuirks } from '../wechat/wechat-quirks.js'
import { classifyFailure } from './classify-failure.js'

/** Texts seen in reports of real clients. None is documented. */
const SEEN: [HostFailureReason, string[]][] = [
  ['offline', [
    'request:fail 似乎已断开与互联网的连接。',
    'request:fail 似乎已斷開與網際網路的連線。',
    'request:fail The Internet connection appears to be offline.',
    'request:fail errcode:-105 cronet_error_code:-105 error_msg:net::ERR_NAME_NOT_RESOLVED',
    'request:fail -15:net::ERR_SOCKET_NOT_CONNECTED',
    'request:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED',
    'request:fail network change, cancel all task',
  ]],
  ['timeout', ['request:fail timeout', 'request:fail 请求超时。', 'request:fail 要求逾時。', 'request:fail -118:net::ERR_CONNECTION_TIMED_OUT', 'request:fail The request timed out.']],
  ['suspended', ['request:fail interrupted', 'request:fail:interrupted', 'request:fail createRequestTask:fail:interrupted']],
  ['tls', ['request:fail -202:net::ERR_CERT_AUTHORITY_INVALID', 'request:fail 发生了SSL错误，无法建立与该服务器的安全连接。']],
  ['domain-not-allowed', ['request:fail url not in domain list']],
  ['denied', ['getLocation:fail auth deny', 'chooseAddress:fail privacy permission is not authorized', 'scanCode:fail system permission denied']],
  ['cancelled', ['request:fail abort', 'chooseImage:fail cancel']],
  ['unknown', ['request:fail', 'request:fail -324:net::ERR_EMPTY_RESPONSE']],
]

describe('classifyFailure', () => {
  it.each(SEEN)('reads %s from the words of phones and languages', (reason, texts) => {
    expect(texts.map((errMsg) => [classifyFailure({ errMsg }, wechatQuirks, 'request').reason, errMsg])).toEqual(texts.map((errMsg) => [reason, errMsg]))
  })
  it('believes a number with one meaning before the text, and no other', () => {
    expect(classifyFailure({ errMsg: 'request:fail interrupted', errno: 5 }, wechatQuirks, 'request')).toEqual({ reason: 'timeout', errMsg: 'request:fail interrupted', errno: 5 })
    expect(classifyFailure({ errMsg: 'request:fail -202:net::ERR_CERT_DATE_INVALID', errno: 600001 }, wechatQuirks, 'request')).toMatchObject({ reason: 'tls', errno: 600001 })
  })
  it('makes something of whatever a host hands over', () => {
    expect(classifyFailure({ errorMessage: '超时' }, wechatQuirks, 'request')).toMatchObject({ reason: 'timeout', errMsg: '超时' })
    expect(classifyFailure({ errorMessage: '无权限', error: 104 }, wechatQuirks, 'request')).toMatchObject({ reason: 'denied', errno: 104 })
    expect(classifyFailure(new TypeError('global is not defined'), wechatQuirks, 'request').errMsg).toContain('global is not defined')
    for (const nothing of [undefined, null, '', 0]) expect(classifyFailure(nothing, wechatQuirks, 'request').reason).toBe('unknown')
  })
})
