import type { HostInfo } from '../../sdk/platform/platform.js'
import { hostMethod } from './call-host.js'
import type { WxLike } from './quirks.js'

/** What a wx-like host says of itself. */
export function readHostInfo({ api, quirks }: WxLike): HostInfo {
  const read = (name: string): Record<string, unknown> => {
    try {
      return Object(hostMethod(api, name)!())
    } catch (_missing) {
      return {}
    }
  }
  const info = Object.assign(read('getDeviceInfo'), read('getAppBaseInfo'))
  // The old call is slow and reports far more of the phone than we need: only where the new ones are missing.
  if (!info.SDKVersion) Object.assign(info, read('getSystemInfoSync'))
  const { envVersion } = Object(read('getAccountInfoSync').miniProgram)
  // Alipay says it in a constant of its own.
  const isSimulator = info.platform === 'devtools' || !!Object(api).isIDE
  return {
    name: quirks.name,
    version: String(info.SDKVersion || ''),
    isSimulator,
    // Where the host does not tell, a build counts as one that real users have: that is the careful side.
    isRelease: envVersion ? envVersion === 'release' : !isSimulator,
  }
}

/** Whether a version is not older than another with as many parts. `''` is as old as `'0'`. */
export function isAtLeast(version: string, minimum: string): boolean {
  // Numbers of one width compare as text.
  const pad = (text: string): string => text.replace(/\d+/g, (part) => part.padStart(4, '0'))
  return pad(version || '0') >= pad(minimum)
}
