import { enum as oneOf, object, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface SaveFileArgs { filePath: string; kind: 'image' | 'video' | 'file' }
/** That the file is in the album of the phone, or where the app keeps its files, and is found there by this path from now on. */
export interface SavedFile { saved: true; path?: string }

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
  alipay: { api: video.api, args: ({ filePath }) => ({ src: filePath }), result },
  taro: video,
  uni: video,
}

const file: HostCall<SaveFileArgs, SavedFile> = {
  api: 'saveFile',
  args: ({ filePath }) => ({ tempFilePath: filePath }),
  result: ({ savedFilePath, apFilePath }) => ({ saved: true, path: savedFilePath || apFilePath }),
}

/** How hosts keep any other file, in the room the app has on the phone. The file is moved. */
export const keepFileHosts: HostTable<HostCall<SaveFileArgs, SavedFile>> = {
  wechat: file,
  alipay: { api: file.api, args: ({ filePath }) => ({ apFilePath: filePath, filePath }), result: file.result },
  douyin: file,
  baidu: file,
  qq: file,
  feishu: file,
  taro: file,
  uni: file,
}

/**
 * A tool that saves a picture or video of the app in the album of the phone, and any other file where the app keeps its own:
 * there the person does not see it, and `openDocumentTool` shows it. Files only, no addresses: download first.
 *
 * @privacy wechat 相册（仅写入）权限
 */
export function saveFileTool(platform: Platform, options: DeviceToolOptions<SaveFileArgs> = {}) {
  const { approval = 'ask', description = 'Saves a picture or video in the album, or keeps another file.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'saveFile',
    description,
    input: object({ filePath: string(), kind: oneOf(['image', 'video', 'file']) }),
    approval,
    timeoutMs,
    execute: call => callDevice(platform, 'save-file: ' + call.kind, { image: saveImageHosts, video: saveVideoHosts, file: keepFileHosts }[call.kind], call),
  })
}
