import { object, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface ClipboardText { text: string }

const readWx: HostCall<unknown, ClipboardText> = { api: 'getClipboardData', result: ({ data }) => ({ text: String(data || '') }) }
const writeWx: HostCall<ClipboardText, { written: true }> = { api: 'setClipboardData', args: ({ text }) => ({ data: text }), result: () => ({ written: true }) }

/** How hosts read the clipboard. */
export const readClipboardHosts: HostTable<HostCall<unknown, ClipboardText>> = {
  wechat: readWx,
  alipay: { api: 'getClipboard', result: ({ text }) => ({ text: String(text || '') }) },
  douyin: readWx,
  taro: readWx,
  uni: readWx,
}

/** How hosts write to the clipboard. */
export const writeClipboardHosts: HostTable<HostCall<ClipboardText, { written: true }>> = {
  wechat: writeWx,
  alipay: { api: 'setClipboard', args: ({ text }) => ({ text }), result: () => ({ written: true }) },
  douyin: writeWx,
  taro: writeWx,
  uni: writeWx,
}

/**
 * A tool that reads what the person copied last, wherever that was: it asks.
 *
 * @privacy wechat 剪切板
 */
export function readClipboardTool(platform: Platform, options: DeviceToolOptions = {}) {
  const { approval = 'ask', description = 'Reads the text in the clipboard.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'readClipboard',
    description,
    approval,
    replay: 'idempotent',
    timeoutMs,
    execute: args => callDevice(platform, 'clipboard', readClipboardHosts, args),
  })
}

/**
 * A tool that puts text into the clipboard. Nothing leaves the phone, and it can be undone: it does not ask.
 *
 * @privacy wechat 剪切板
 */
export function writeClipboardTool(platform: Platform, options: DeviceToolOptions<ClipboardText> = {}) {
  const { approval = 'allow', description = 'Copies a text to the clipboard.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'writeClipboard',
    description,
    input: object({ text: string() }),
    approval,
    replay: 'idempotent',
    timeoutMs,
    execute: args => callDevice(platform, 'clipboard', writeClipboardHosts, args),
  })
}
