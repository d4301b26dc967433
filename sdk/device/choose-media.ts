import { enum as oneOf, int, maximum, minimum, object, optional } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface ChooseMediaArgs { kind: 'image' | 'video'; source?: 'album' | 'camera'; count?: number }
/** What the person chose: files of the phone, by their temporary paths. */
export interface ChosenMedia { files: { path: string; sizeBytes?: number }[] }

const sources = ({ source }: ChooseMediaArgs): string[] => (source ? [source] : ['album', 'camera'])
const wx: HostCall<ChooseMediaArgs, ChosenMedia> = {
  api: 'chooseMedia',
  args: args => ({ count: args.count || 1, mediaType: [args.kind], sourceType: sources(args) }),
  result: ({ tempFiles = [] }) => ({ files: tempFiles.map(({ tempFilePath, size }: any) => ({ path: tempFilePath, sizeBytes: size })) }),
}
const douyin = { api: wx.api, scope: 'scope.camera', args: wx.args, result: wx.result }

/** How hosts let a person choose videos. */
export const chooseVideoHosts: HostTable<HostCall<ChooseMediaArgs, ChosenMedia>> = { wechat: wx, douyin, taro: wx, uni: wx }

/** How hosts let a person choose pictures. */
export const chooseImageHosts: HostTable<HostCall<ChooseMediaArgs, ChosenMedia>> = {
  wechat: wx,
  douyin,
  alipay: {
    api: 'chooseImage',
    args: args => ({ count: args.count || 1, sourceType: sources(args) }),
    result: ({ apFilePaths, tempFilePaths }) => ({ files: (apFilePaths || tempFilePaths || []).map((path: string) => ({ path })) }),
    reasons: { 11: 'cancelled', 2001: 'denied' },
  },
  taro: wx,
  uni: wx,
}

/**
 * A tool that lets the person choose pictures or a video, or take one. The model gets paths, not what is in the files.
 *
 * @privacy wechat 选中的照片或视频信息
 */
export function chooseMediaTool(platform: Platform, options: DeviceToolOptions<ChooseMediaArgs> = {}) {
  const { approval = 'ask', description = 'Lets the person choose pictures or a video, or take one.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'chooseMedia',
    description,
    input: object({
      kind: oneOf(['image', 'video']),
      source: optional(oneOf(['album', 'camera'])),
      count: optional(int().check(minimum(1), maximum(9))),
    }),
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: args => callDevice(platform, 'choose-media: ' + args.kind, args.kind === 'video' ? chooseVideoHosts : chooseImageHosts, args),
  })
}
