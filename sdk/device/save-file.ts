import { enum as oneOf, object, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface SaveFileArgs { filePath: string; kind: 'image' | 'video' }
/** That the file is in the album of the phone. */
export interface SavedFile { saved: true }

const args = ({ filePath }: SaveFileArgs): Record<string, unknown> => ({ filePath })
const result = (): SavedFile => ({ saved: true })
const image = { api: 'saveImageToPhotosAlbum', args, result }
const video = { api: 'saveVideoToPhotosAlbum', args, result }
const inWechat = 'scope.writePhotosAlbum'
const inDouyin = 'scope.album'

/** How hosts save pictures. */
export const saveImageHosts: HostTable<HostCall<SaveFileArgs, SavedFile>> = {
  wechat: { api: image.api, scope: inWechat, args, result },
  douyin: { api: image.api, scope: inDouyin, args, result },
  alipay: image,
  taro: image,
  uni: image,
}

/** How hosts save videos. */
export const saveVideoHosts: HostTable<HostCall<SaveFileArgs, SavedFile>> = {
  wechat: { api: video.api, scope: inWechat, args, result },
  douyin: { api: video.api, scope: inDouyin, args, result },
  alipay: { api: 'saveVideoToPhotosAlbum', args: ({ filePath }) => ({ src: filePath }), result },
  taro: video,
  uni: video,
}

/**
 * A tool that saves a picture or video of the app in the album of the phone. Files only, no addresses: download first.
 *
 * @privacy wechat 相册（仅写入）权限
 */
export function saveFileTool(platform: Platform, options: DeviceToolOptions<SaveFileArgs> = {}) {
  const { approval = 'ask', description = 'Saves a picture or video in the album of the phone.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'saveFile',
    description,
    input: object({ filePath: string(), kind: oneOf(['image', 'video']) }),
    approval,
    timeoutMs,
    execute: call => callDevice(platform, 'save-file: ' + call.kind, call.kind === 'video' ? saveVideoHosts : saveImageHosts, call),
  })
}
