import type { Capabilities, RequestHandlers, RequestOptions, ResponseEnd, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { callHost, callIfThere, hostMethod } from './call-host.js'
import type { HostQuirks, WxLike } from './quirks.js'

/** Capabilities that a first request may still correct. */
export type LearnedCapabilities = { -readonly [Name in keyof Capabilities]: Capabilities[Name] }

interface Answer { statusCode?: number; status?: number; header?: object; headers?: object; data?: ArrayBuffer | string }

/** One request of a wx-like host. */
export function wxLikeRequest(wx: WxLike, capabilities: LearnedCapabilities, options: RequestOptions, handlers: RequestHandlers): Stop {
  // False from the end, the failure or the abort on: what a host sends after that belongs to nobody. A simulator goes on
  // sending after an abort.
  let isOpen = true
  let hasChunks = false
  let head: ResponseHead = { headers: {} }
  let isHeadEarly = false
  let task: unknown

  function receiveHead(answer: Answer): void {
    if (!isOpen || isHeadEarly || hasChunks) return
    isHeadEarly = true
    head = readHead(answer)
    if (handlers.onHead) handlers.onHead(head)
  }

  function receiveChunk({ data }: Answer): void {
    if (!isOpen || !data) return
    hasChunks = true
    if (handlers.onChunk) handlers.onChunk(data)
  }

  function start(isStream: boolean): void {
    let isRefused = false
    task = callHost(
      wx,
      'request',
      nativeOptions(options, wx.quirks, isStream),
      (failure, answer, raw) => {
        if (!isOpen) return
        isOpen = false
        const late = Object(answer || raw) as Answer
        const { status, headers } = readHead(late)
        // Alipay may report an HTTP error as a failure that carries the answer.
        if (failure && !status) return handlers.onFail(failure)
        // Whoever waits for a head would wait in vain next time too.
        if (!isHeadEarly) capabilities.earlyHeaders = false
        const data = late.data as string & ArrayBuffer
        // Windows held back a whole stream until here. Where pieces came, what stands here is not to be trusted.
        const isBody = !hasChunks && data && (data.length || data.byteLength)
        const end: ResponseEnd = { status: status || head.status, headers: Object.assign({}, head.headers, headers) }
        if (isStream && isBody && showsNoStream(end, data)) capabilities.stream = 'none'
        if (isBody || !options.stream) end.body = isBody ? data : ''
        handlers.onEnd(end)
      },
      // WeChat on a PC threw at the mere sight of `enableChunked`.
      isStream ? () => void (isRefused = true) : undefined,
    )
    if (isRefused) {
      capabilities.stream = 'none'
      return start(false)
    }
    if (!hostMethod(task, 'abort')) capabilities.abort = false
    // Here and now, on the task the host itself returned: the first chunk may come in the next turn.
    callIfThere(task, 'onHeadersReceived', receiveHead)
    const listenToChunks = hostMethod(task, 'onChunkReceived')
    if (!isStream) {
      if (listenToChunks && wx.onListener) wx.onListener()
    } else if (listenToChunks) listenToChunks(receiveChunk)
    else capabilities.stream = 'none'
  }

  start(options.stream && capabilities.stream !== 'none')
  return () => {
    const isRunning = isOpen
    isOpen = false
    if (isRunning) callIfThere(task, 'abort')
  }
}

/**
 * Whether a body that came whole where a stream was asked for shows that this client has none. What does not show it: an
 * error or a plain JSON answer, which is no stream; a body of known length, which a server had ready at once; and a short
 * one, which may have come in a single piece that the client had not handed on before the end.
 */
function showsNoStream({ status, headers }: ResponseHead, body: string): boolean {
  return status! < 300 && /stream|ndjson/.test(headers['content-type']!) && !headers['content-length'] && body.length > 999
}

function nativeOptions({ url, method, headers, body, timeoutMs, binary }: RequestOptions, quirks: HostQuirks, isStream: boolean): object {
  return Object.assign(
    { url, method, [quirks.headerField]: headers },
    body !== undefined && { data: body },
    timeoutMs && { timeout: timeoutMs },
    quirks.requestFields,
    isStream ? quirks.streamFields : binary && quirks.binaryFields,
  )
}

/** Status and headers of an answer, under whichever names a host has for them. */
export function readHead({ statusCode, status, header, headers }: Answer): ResponseHead {
  const code = statusCode || status
  const given = Object(header || headers)
  const lower: Record<string, string> = {}
  for (const name of Object.keys(given)) lower[name.toLowerCase()] = String(given[name])
  // WeChat on a Mac ends a stream with NaN; other hosts put 0 or an error number there.
  return { status: code! > 99 ? code : undefined, headers: lower }
}
