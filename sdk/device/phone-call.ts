import { object, regex, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface PhoneCallArgs { phoneNumber: string }
/** That the host took the number. Whether anybody spoke is not known. */
export interface PhoneCall { dialled: true }

const result = (): PhoneCall => ({ dialled: true })
const wx = { api: 'makePhoneCall', args: ({ phoneNumber }: PhoneCallArgs) => ({ phoneNumber }), result }

/** How hosts dial a number. */
export const phoneCallHosts: HostTable<HostCall<PhoneCallArgs, PhoneCall>> = {
  wechat: wx,
  alipay: { api: 'makePhoneCall', args: ({ phoneNumber }) => ({ number: phoneNumber }), result },
  douyin: wx,
  baidu: wx,
  taro: wx,
  uni: wx,
}

/**
 * A tool that dials a number: it leaves the app and may cost money, so it asks. Digits only, with `+`, `-` and spaces:
 * what has `*` or `#` in it is a command to the network.
 */
export function phoneCallTool(platform: Platform, options: DeviceToolOptions<PhoneCallArgs> = {}) {
  const { approval = 'ask', description = 'Calls a phone number.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'makePhoneCall',
    description,
    input: object({ phoneNumber: string().check(regex(/^\+?\d[\d -]{1,23}$/)) }),
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: args => callDevice(platform, 'phone-call', phoneCallHosts, args),
  })
}
