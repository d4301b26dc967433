import { SampanError } from '../../sdk/errors.js'
import type { Platform } from '../../sdk/platform/platform.js'
import { callHost, callIfThere, hostMethod } from './call-host.js'
import { isAtLeast, readHostInfo } from './host-info.js'
import { nativeTextDecoder } from './native-text-decoder.js'
import type { HostQuirks, WxLikeHost } from './quirks.js'
import { wxLikeRequest, type LearnedCapabilities } from './wx-like-request.js'
import { wxLikeSignIn } from './wx-like-sign-in.js'
import { wxLikeSignals } from './wx-like-signals.js'
import { wxLikeStorage } from './wx-like-storage.js'

let hasWarned = false

/** A platform whose capabilities its own adapter may still correct. */
export type WxPlatform = Omit<Platform, 'capabilities'> & { readonly capabilities: LearnedCapabilities }

/**
 * The platform of a host that speaks like `wx`, as far as WeChat itself needs it, whose apps carry nothing more. What its
 * relatives need besides stands in `wxLikePlatform`.
 *
 * @param onListener is told that the task of a plain request can listen to chunks.
 * @throws `platform/unsupported` where there is no such host, or where its base library is too old.
 */
export function wxCorePlatform(api: WxLikeHost | undefined, quirks: HostQuirks, onListener?: () => void): WxPlatform {
  const wx = { api: api!, quirks, onListener }
  const host = readHostInfo(wx)
  const { name, version } = host
  const { minVersion } = quirks
  if (!api || !isAtLeast(version || minVersion, minVersion)) {
    throw new SampanError('platform/unsupported', api ? `${name} ${version} is too old: update to ${minVersion}` : `There is no ${name} here`)
  }
  const isPhone = !host.isSimulator
  const capabilities: LearnedCapabilities = Object.assign({ abort: isPhone, earlyHeaders: isPhone }, quirks.capabilities)
  if (!isAtLeast(version, quirks.minStreamVersion)) capabilities.stream = 'none'
  if (!isPhone && !hasWarned) {
    hasWarned = true
    // oxlint-disable-next-line no-console -- a developer must see it, and only a simulator says it
    console.warn(`[sampan] ${quirks.simulatorLies}`)
  }
  return {
    host,
    capabilities,
    storage: wxLikeStorage(wx),
    request: wxLikeRequest.bind(null, wx, capabilities),
    onSignal: wxLikeSignals.bind(null, api),
    invoke: (name, args, done) => callHost(wx, name, args, done),
    create: callIfThere.bind(null, api),
    createTextDecoder: nativeTextDecoder(),
    signInCode: hostMethod(api, quirks.signIn.api) && wxLikeSignIn(wx),
    randomBytes:
      hostMethod(api, 'getRandomValues') &&
      ((length, done) =>
        callHost(wx, 'getRandomValues', { length }, (failure, answer) =>
          done(failure, answer && new Uint8Array(answer.randomValues as ArrayBuffer)),
        )),
  }
}
