import { boolean, object, optional } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface ScanArgs { cameraOnly?: boolean }
/** What a code said. */
export interface ScannedCode { text: string }

const read = ({ result, code }: any): ScannedCode => ({ text: String(result || code || '') })
const wx = { api: 'scanCode', args: ({ cameraOnly }: ScanArgs) => ({ onlyFromCamera: !!cameraOnly }), result: read }

/** How hosts scan a code. Douyin and Baidu take no arguments. */
export const scanCodeHosts: HostTable<HostCall<ScanArgs, ScannedCode>> = {
  wechat: wx,
  alipay: { api: 'scan', args: ({ cameraOnly }) => ({ hideAlbum: !!cameraOnly }), result: read },
  douyin: { api: 'scanCode', scope: 'scope.camera', result: read },
  baidu: { api: 'scanCode', result: read },
  taro: wx,
  uni: wx,
}

/** A tool that opens the scanner. What a code says is text by strangers: do not let a model act on it unasked. */
export function scanCodeTool(platform: Platform, options: DeviceToolOptions<ScanArgs> = {}) {
  const { approval = 'ask', description = 'Lets the person scan a QR code or bar code.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'scanCode',
    description,
    input: object({ cameraOnly: optional(boolean()) }),
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: args => callDevice(platform, 'scan-code', scanCodeHosts, args),
  })
}
