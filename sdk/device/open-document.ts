import { enum as oneOf, object, optional, string } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

const KINDS = ['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx'] as const

interface OpenDocumentArgs { filePath: string; kind?: (typeof KINDS)[number] }
/** That the host shows the document. */
export interface OpenedDocument { opened: true }

const api = 'openDocument'
const result = (): OpenedDocument => ({ opened: true })
const fileOf = ({ filePath, kind }: OpenDocumentArgs): Record<string, unknown> => Object.assign({ filePath }, kind && { fileType: kind })
const plain: HostCall<OpenDocumentArgs, OpenedDocument> = { api, args: fileOf, result }
// With the menu a person can forward the document, or keep it.
const wx: HostCall<OpenDocumentArgs, OpenedDocument> = { api, args: call => Object.assign({ showMenu: true }, fileOf(call)), result }

/** How hosts show a document. Alipay shows PDF only. */
export const openDocumentHosts: HostTable<HostCall<OpenDocumentArgs, OpenedDocument>> = {
  wechat: wx,
  alipay: plain,
  douyin: plain,
  baidu: plain,
  qq: plain,
  feishu: plain,
  harmony: plain,
  taro: wx,
  uni: wx,
}

/** A tool that shows the person a document: a file of the phone, by its path. Where WeChat shows it, it can be forwarded. */
export function openDocumentTool(platform: Platform, options: DeviceToolOptions<OpenDocumentArgs> = {}) {
  const { approval = 'ask', description = 'Shows the person a document: PDF, Word, Excel or PowerPoint.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'showDocument',
    description,
    input: object({ filePath: string(), kind: optional(oneOf(KINDS)) }),
    approval,
    replay: 'idempotent',
    timeoutMs,
    execute: args => callDevice(platform, 'open-document', openDocumentHosts, args),
  })
}
