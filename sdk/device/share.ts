import { boolean, object, optional, string } from 'zod/mini'
import { unsupported, type DeviceToolOptions, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { DeviceToolOptions } from './call-device.js'

interface ShareArgs { title: string; path?: string }

const share = { openType: 'share' }

/** The `open-type` of the button that shares, by host. */
export const shareHosts: HostTable<{ readonly openType: string }> = {
  wechat: share,
  alipay: share,
  douyin: share,
  baidu: share,
  qq: share,
  kuaishou: share,
  feishu: share,
  taro: share,
  uni: share,
}

/**
 * A tool without `execute`: a host shares only from a button of its own. Show
 * `<button open-type="{{shareHosts[platform.host.name].openType}}">` for the open interrupt; give `title` and `path` of
 * the call in the page's `onShareAppMessage`; then `thread.answer(interrupt.id, { shared: true })`, or
 * `{ shared: false }` where the person went on without. Hosts do not tell whether anything was sent.
 * Where the table has no host, every call is denied.
 */
export function shareTool(platform: Platform, options: Omit<DeviceToolOptions<ShareArgs>, 'timeoutMs'> = {}) {
  const { approval = 'ask', description = 'Lets the person share a page of this app with others.' } = options
  return defineTool({
    name: 'share',
    description,
    input: object({ title: string(), path: optional(string()) }),
    output: object({ shared: boolean() }),
    approval: shareHosts[platform.host.name] ? approval : { deny: unsupported(platform, 'share').message },
  })
}
