import type { HostEvent, RequestHandlers, RequestOptions, Stop } from '../../sdk/platform/platform.js'
import { callIfThere, hostMethod } from '../shared/call-host.js'
import { classifyFailure } from '../shared/classify-failure.js'
import type { WxLike } from '../shared/quirks.js'
import { bodyData } from './body-data.js'

/**
 * Opens one `tt.createEventSource`. It tells neither status nor headers, and keeps the body of an error to itself: a server
 * that wants to be understood answers with an event.
 *
 * @param onRefused is told that it cannot be opened at all, in place of the handlers.
 */
export function douyinEventSource({ api, quirks }: WxLike, options: RequestOptions, handlers: RequestHandlers, onRefused: () => Stop): Stop {
  const { url, method, headers, body, timeoutMs } = options
  let isOpen = true
  let hasEvents = false
  let source: unknown
  try {
    // Its page has the timeout as a second argument, since 4.7.0; apps were seen to pass it inside.
    const params = { url, method, header: headers, timeout: timeoutMs }
    source = hostMethod(api, 'createEventSource')!(method === 'POST' ? Object.assign(params, { data: bodyData(body) }) : params, timeoutMs)
  } catch (_refused) {
    return onRefused()
  }
  if (!hostMethod(source, 'onMessage')) return onRefused()
  const end = (report: () => void): void => {
    if (!isOpen) return
    isOpen = false
    // So that it does not connect again by itself.
    callIfThere(source, 'close')
    report()
  }
  callIfThere(source, 'onMessage', (event: HostEvent) => {
    if (!isOpen) return
    hasEvents = true
    if (handlers.onChunk) handlers.onChunk(event)
  })
  callIfThere(source, 'onError', (error: unknown) =>
    end(() => {
      const failure = classifyFailure(error, quirks, 'createEventSource')
      // The answer was no event stream, an error most likely, and its body is lost.
      if (failure.reason === 'unknown' && !hasEvents) failure.reason = 'http'
      handlers.onFail(failure)
    }),
  )
  callIfThere(source, 'onClose', () => end(() => handlers.onEnd({ headers: {} })))
  return () => end(() => {})
}
