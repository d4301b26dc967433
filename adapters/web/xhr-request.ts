import type { HostFailure, RequestHandlers, RequestOptions, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { classifyWebFailure } from './web-failure.js'
import type { WebPage } from './web-page.js'

/** One request over `XMLHttpRequest`, for browsers whose `fetch` holds a body back to its end. Pieces come as text. */
export function xhrRequest(page: WebPage, options: RequestOptions, handlers: RequestHandlers): Stop {
  const { url, method, headers, body, stream, binary, timeoutMs } = options
  const call = new page.XMLHttpRequest!()
  let isOpen = true
  let charsTaken = 0

  const close = (): boolean => isOpen && !(isOpen = false)
  const head = (): ResponseHead => ({ status: call.status, headers: readHeaders(call) })

  function fail(failure: HostFailure): void {
    if (close()) handlers.onFail(failure)
  }

  function take(): void {
    // Bytes are only there at the end: text made of them on the way would not be them.
    if (!isOpen || !stream || binary) return
    const piece = call.responseText.slice(charsTaken)
    charsTaken += piece.length
    if (piece) handlers.onChunk?.(piece)
  }

  call.onreadystatechange = () => {
    if (call.readyState === 2 && isOpen) handlers.onHead?.(head())
  }
  call.onprogress = take
  call.onload = () => {
    take()
    if (close()) handlers.onEnd({ ...head(), ...((!stream || binary) && { body: call.response as ArrayBuffer | string }) })
  }
  call.onerror = () => fail(classifyWebFailure(page, 'the connection failed'))
  call.ontimeout = () => fail({ reason: 'timeout', errMsg: `no end within ${timeoutMs} ms` })
  // Not by us, who have closed before: a page that is left ends its requests.
  call.onabort = () => fail({ reason: 'cancelled', errMsg: 'the browser ended the request' })
  try {
    call.open(method, url)
    for (const name of Object.keys(headers)) call.setRequestHeader(name, headers[name]!)
    if (timeoutMs) call.timeout = timeoutMs
    if (binary) call.responseType = 'arraybuffer'
    // Whatever the server calls it, all we read is UTF-8, and an XML parser is not wanted.
    else call.overrideMimeType('text/plain; charset=utf-8')
    call.send(body)
  } catch (thrown) {
    fail(classifyWebFailure(page, thrown))
  }
  return () => {
    if (close()) call.abort()
  }
}

function readHeaders(call: XMLHttpRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of call.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}
