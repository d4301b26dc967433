import { boolean, object, optional, string } from 'zod/mini'
import { unsupported, type DeviceToolOptions, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { DeviceToolOptions } from './call-device.js'

const getPhoneNumber = { openType: 'getPhoneNumber' }

/** The `open-type` of the button that gives the phone number, by host. */
export const phoneNumberHosts: HostTable<{ readonly openType: string }> = {
  wechat: getPhoneNumber,
  douyin: getPhoneNumber,
  baidu: getPhoneNumber,
  kuaishou: getPhoneNumber,
  feishu: getPhoneNumber,
  taro: getPhoneNumber,
  uni: getPhoneNumber,
}

/**
 * A tool without `execute`: a host gives the phone number only to a button of its own. Show
 * `<button open-type="{{phoneNumberHosts[platform.host.name].openType}}" bindgetphonenumber="…">` for the open interrupt;
 * send the code in the event's `detail` to your server, which exchanges it; then
 * `thread.answer(interrupt.id, { granted: true, phoneNumber: '138****0000' })`, with no more of the number than the model
 * must know, or `{ granted: false }`. Where the table has no host, every call is denied.
 *
 * @privacy wechat 手机号
 */
export function phoneNumberTool(platform: Platform, options: Omit<DeviceToolOptions, 'timeoutMs'> = {}) {
  const { approval = 'ask', description = 'Asks the person for their phone number.' } = options
  return defineTool({
    name: 'getPhoneNumber',
    description,
    output: object({ granted: boolean(), phoneNumber: optional(string()) }),
    approval: phoneNumberHosts[platform.host.name] ? approval : { deny: unsupported(platform, 'phone-number').message },
  })
}
