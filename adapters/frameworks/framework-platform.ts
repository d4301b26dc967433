import type { Platform } from '../../sdk/platform/platform.js'
import { callHost, callIfThere } from '../shared/call-host.js'
import type { HostQuirks, WxLikeHost } from '../shared/quirks.js'
import { wxLikePlatform } from '../shared/wx-like-platform.js'
import { webPlatform, type WebPlatformOptions } from '../web/index.js'
import { frameworkApi } from './framework-api.js'
import { nativePlatform } from './native-host.js'

declare const document: object | undefined

/** What an app on a framework may choose. A mini-program host knows both by itself. */
export type FrameworkPlatformOptions = WebPlatformOptions

/** What a framework says of itself. */
export interface FrameworkTraits {
  /** The object of the mini-program host behind it, as it names it. */
  named?: unknown
  /** It knows that it is in no browser, whatever there is by the name of `document`. */
  isPageless?: boolean
}

/**
 * The platform of an app on a framework: the mini-program host behind it, spoken to past the framework; else the page
 * around it, whose `fetch` streams; else the framework's own API.
 *
 * @throws `platform/unsupported` where there is none of them, or where the host's base library is too old.
 */
export function frameworkPlatform(
  framework: WxLikeHost | undefined,
  quirks: HostQuirks,
  options: FrameworkPlatformOptions = {},
  { named, isPageless }: FrameworkTraits = {},
): Platform {
  const native = nativePlatform(named)
  if (native) return native
  const isPage = !isPageless && (options.page ? options.page.document : typeof document !== 'undefined')
  return isPage ? pagePlatform(framework, quirks, options) : bareFrameworkPlatform(framework, quirks, options)
}

/** The page, with the framework's API for what a device can do. */
function pagePlatform(framework: WxLikeHost | undefined, quirks: HostQuirks, options: FrameworkPlatformOptions): Platform {
  const page = webPlatform(options)
  if (!framework) return page
  return Object.assign(page, {
    host: Object.assign({}, page.host, { name: quirks.name }),
    invoke: invokeOf(framework, quirks),
    create: callIfThere.bind(null, framework) as Platform['create'],
  })
}

function invokeOf(framework: WxLikeHost, quirks: HostQuirks): Platform['invoke'] {
  return (name, args, done) => void callHost({ api: frameworkApi(framework, name), quirks }, name, args, done)
}

function bareFrameworkPlatform(framework: WxLikeHost | undefined, quirks: HostQuirks, { isRelease }: FrameworkPlatformOptions): Platform {
  const platform = wxLikePlatform(framework && frameworkApi(framework), quirks)
  const host = Object.assign({}, platform.host, isRelease !== undefined && { isRelease })
  // Of the last three a framework has the names everywhere and the thing on some targets only. Who signs in is the app's affair.
  return Object.assign(platform, { host, invoke: framework && invokeOf(framework, quirks), signInCode: undefined, readFile: undefined, randomBytes: undefined })
}
