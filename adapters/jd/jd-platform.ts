import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { jdQuirks } from './jd-quirks.js'

declare const jd: WxLikeHost | undefined

/** What `jd.login` answers in the developer tool (dcloud's page on login). */
const MOCK_CODE = '200'

/**
 * JD as a host.
 *
 * @param host its API object. Default: the global `jd`.
 * @throws `platform/unsupported` where there is no `jd`.
 */
export function jdPlatform(host?: WxLikeHost): Platform {
  const platform = wxLikePlatform(host || (typeof jd === 'undefined' ? undefined : jd), jdQuirks)
  const { signInCode: ask } = platform
  if (!ask) return platform
  const signInCode: Platform['signInCode'] = (done) =>
    ask((failure, found) => {
      // No server can redeem it, and none must take it for a user.
      if (found && found.code === MOCK_CODE) done({ reason: 'unsupported', errMsg: 'login gives only a mock code here: sign in on a phone' })
      else done(failure, found)
    })
  // A tool that is known for one signs in as a guest instead.
  return Object.assign(platform, { signInCode: platform.host.isSimulator ? undefined : signInCode })
}
