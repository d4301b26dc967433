import type { Platform } from '../../../sdk/platform/platform.js'
import type { HostApi } from '../../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName } from '../../../sdk/testkit/host-fakes/host-fake-options.js'
import { alipayPlatform } from '../../alipay/index.js'
import { baiduPlatform } from '../../baidu/index.js'
import { douyinPlatform } from '../../douyin/index.js'
import { feishuPlatform } from '../../feishu/index.js'
import { harmonyPlatform } from '../../harmony/index.js'
import { jdPlatform } from '../../jd/index.js'
import { kuaishouPlatform } from '../../kuaishou/index.js'
import { qqPlatform } from '../../qq/index.js'
import { wechatPlatform, wechatSocket } from '../../wechat/index.js'
import { xiaohongshuPlatform } from '../../xiaohongshu/index.js'

/** Every wx-like adapter by the name of its host, and the name of the global it takes by default. */
export const ALL_HOSTS: Record<HostFakeName, { make: (api?: HostApi) => Platform; global: string }> = {
  // With the socket that an app may choose: the others have theirs anyway.
  wechat: { make: (api) => wechatPlatform(api, api && { openSocket: wechatSocket(api) }), global: 'wx' },
  alipay: { make: alipayPlatform, global: 'my' },
  douyin: { make: douyinPlatform, global: 'tt' },
  baidu: { make: baiduPlatform, global: 'swan' },
  qq: { make: qqPlatform, global: 'qq' },
  jd: { make: jdPlatform, global: 'jd' },
  kuaishou: { make: kuaishouPlatform, global: 'ks' },
  xiaohongshu: { make: xiaohongshuPlatform, global: 'xhs' },
  feishu: { make: feishuPlatform, global: 'tt' },
  harmony: { make: harmonyPlatform, global: 'has' },
}

export const HOST_NAMES = Object.keys(ALL_HOSTS) as HostFakeName[]
