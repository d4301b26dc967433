import { object, optional, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface ShareFileArgs { filePath: string; fileName?: string }
/** That the file went to a chat the person chose. */
export interface SharedFile { shared: true }

/** How hosts send a file to a chat. No other host is known to. */
export const shareFileHosts: HostTable<HostCall<ShareFileArgs, SharedFile>> = {
  wechat: {
    api: 'shareFileMessage',
    args: ({ filePath, fileName }) => (fileName ? { filePath, fileName } : { filePath }),
    result: () => ({ shared: true }),
  },
}

/** A tool that lets the person send a file of the phone to a chat. The host opens its list of chats: it runs inside the tap. */
export function shareFileTool(platform: Platform, options: DeviceToolOptions<ShareFileArgs> = {}) {
  const { approval = 'ask', description = 'Lets the person send a file to one of their chats.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'shareFile',
    description,
    input: object({ filePath: string(), fileName: optional(string()) }),
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: args => callDevice(platform, 'share-file', shareFileHosts, args),
  })
}
