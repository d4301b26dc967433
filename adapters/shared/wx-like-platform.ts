import type { Platform } from '../../sdk/platform/platform.js'
import { callSync } from './call-sync.js'
import { isAtLeast } from './host-info.js'
import type { HostQuirks, WxLikeHost } from './quirks.js'
import { wxCorePlatform, type WxPlatform } from './wx-core-platform.js'
import { filesOf } from './wx-like-files.js'
import { socketOf } from './wx-like-socket.js'

/**
 * The platform of any host that speaks like `wx`, with its differences in a table.
 *
 * @param api the host's API object, or nothing where there is none.
 * @throws `platform/unsupported` where there is no such host, or where its base library is too old.
 */
export function wxLikePlatform(api: WxLikeHost | undefined, quirks: HostQuirks): WxPlatform {
  let { probesStream } = quirks
  const platform = wxCorePlatform(api, Object.assign({ callSync }, quirks), () => {
    // Once only: what a stream itself shows later is the better proof.
    if (probesStream) capabilities.stream = 'bytes'
    probesStream = false
  })
  const { capabilities, host, request: ask } = platform
  if (host.version && !isAtLeast(host.version, quirks.minStreamVersion)) probesStream = false

  const most = quirks.maxTimeoutMs
  const request: Platform['request'] = (options, handlers) =>
    ask(Object.assign({}, options, { timeoutMs: most! < (options.timeoutMs || Infinity) ? most : options.timeoutMs }), {
      onHead(head) {
        // That they come late is learned for WeChat as well.
        capabilities.earlyHeaders = true
        if (handlers.onHead) handlers.onHead(head)
      },
      onChunk(chunk) {
        // Few vendors write down what a chunk is. Text was decoded chunk by chunk: a server that is asked for ASCII keeps it whole.
        capabilities.stream = typeof chunk === 'string' ? 'text' : 'bytes'
        if (handlers.onChunk) handlers.onChunk(chunk)
      },
      onEnd: (end) => handlers.onEnd(end),
      onFail(failure) {
        // It has shown that it does: the next answer is asked for in a form that it shows.
        if (failure.reason === 'http') capabilities.hidesErrors = true
        handlers.onFail(failure)
      },
    })
  return Object.assign(platform, { request, openSocket: socketOf(api, quirks) }, filesOf(api, quirks))
}
