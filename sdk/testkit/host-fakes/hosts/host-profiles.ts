import type { HostFakeName } from '../host-fake-options.js'
import type { HostProfile } from '../host-profile.js'
import { alipay } from './alipay.js'
import { baidu } from './baidu.js'
import { douyin } from './douyin.js'
import { feishu, harmony, jd, kuaishou, qq, xiaohongshu } from './thin-hosts.js'
import { wechat } from './wechat.js'

/** Every host there is a fake of. */
export const HOST_PROFILES: Readonly<Record<HostFakeName, HostProfile>> = {
  wechat, alipay, douyin, baidu, qq, jd, kuaishou, xiaohongshu, feishu, harmony,
}
