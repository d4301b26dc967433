import type { HostFailure, RequestHandlers, RequestOptions, ResponseEnd, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { classifyWebFailure } from './web-failure.js'
import type { WebPage } from './web-page.js'

/** Whether a response of `fetch` can be read while it comes, and be aborted. */
export function canStreamFetch({ fetch, Response, AbortController }: WebPage): boolean {
  return !!fetch && !!AbortController && !!Response && 'body' in Response.prototype
}

/** What `fetch` is asked: the body may be a form as well. */
type FetchOptions = Omit<RequestOptions, 'body'> & { body?: string | FormData }

/** One request over `fetch`. Its promises end here: what a handler throws is not taken for a failure of the network. */
export function fetchRequest(page: WebPage, options: FetchOptions, handlers: RequestHandlers): Stop {
  const { url, method, headers, body, stream, binary, timeoutMs } = options
  const controller = new page.AbortController!()
  const timer = timeoutMs ? setTimeout(() => fail({ reason: 'timeout', errMsg: `no end within ${timeoutMs} ms` }), timeoutMs) : undefined
  let isOpen = true

  function close(): boolean {
    if (!isOpen) return false
    isOpen = false
    clearTimeout(timer)
    return true
  }

  function abort(): boolean {
    if (!close()) return false
    controller.abort()
    return true
  }

  function fail(failure: HostFailure): void {
    if (abort()) handlers.onFail(failure)
  }

  function end(result: ResponseEnd): void {
    if (close()) handlers.onEnd(result)
  }

  const failed = (thrown: unknown): void => fail(classifyWebFailure(page, thrown))

  function receive(response: Response): void {
    if (!isOpen) return
    const head: ResponseHead = { status: response.status, headers: readHeaders(response) }
    handlers.onHead?.(head)
    if (!isOpen) return
    // An answer that cannot have a body (status 204) has none to read.
    if (stream) return response.body ? pump(response.body.getReader(), head) : end(head)
    const whole: Promise<ArrayBuffer | string> = binary ? response.arrayBuffer() : response.text()
    void whole.then((held) => end({ ...head, body: held }), failed)
  }

  function pump(reader: ReadableStreamDefaultReader<Uint8Array>, head: ResponseHead): void {
    void reader.read().then(({ done, value }) => {
      if (!isOpen) return
      if (done) return end(head)
      if (value.length) handlers.onChunk?.(value)
      pump(reader, head)
    }, failed)
  }

  // A method call, and inside a promise: `fetch` wants its page as `this`, and throws at an address it cannot read.
  void new Promise<Response>((resolve) => resolve(page.fetch!(url, { method, headers, body, signal: controller.signal }))).then(receive, failed)
  return () => void abort()
}

function readHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => (headers[name] = value))
  return headers
}
