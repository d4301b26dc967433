import type { Platform } from '../../sdk/platform/platform.js'
import { callHost, hostMethod } from './call-host.js'
import { isAtLeast, readHostInfo } from './host-info.js'
import { nativeTextDecoder } from './native-text-decoder.js'
import type { HostQuirks, WxLikeHost } from './quirks.js'
import { wxLikeRequest, type LearnedCapabilities } from './wx-like-request.js'
import { wxLikeSignIn } from './wx-like-sign-in.js'
import { wxLikeSignals } from './wx-like-signals.js'
import { wxLikeStorage } from './wx-like-storage.js'

let hasWarned = false

/** The platform of a host that speaks like `wx`, with its differences in a table. */
export function wxLikePlatform(api: WxLikeHost, quirks: HostQuirks): Platform {
  const wx = { api, quirks }
  const host = readHostInfo(wx)
  const isPhone = !host.isSimulator
  const capabilities: LearnedCapabilities = Object.assign({ abort: isPhone, earlyHeaders: isPhone }, quirks.capabilities)
  if (!isAtLeast(host.version, quirks.minStreamVersion)) capabilities.stream = 'none'
  if (!isPhone && !hasWarned) {
    hasWarned = true
    // oxlint-disable-next-line no-console -- a developer must see it, and only a simulator says it
    console.warn(`[sampan] ${quirks.simulatorLies}`)
  }
  return {
    host,
    capabilities,
    storage: wxLikeStorage(wx),
    request: (options, handlers) => wxLikeRequest(wx, capabilities, options, handlers),
    onSignal: (listener) => wxLikeSignals(api, listener),
    invoke: (name, args, done) => callHost(wx, name, args, done),
    create: (name, args) => hostMethod(api, name)?.(args),
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
