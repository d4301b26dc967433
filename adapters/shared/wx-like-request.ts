import type { Capabilities, RequestHandlers, RequestOptions, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { callHost, hostMethod } from './call-host.js'
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
  let early: ResponseHead | undefined
  let task: unknown

  function receiveHead(answer: Answer): void {
    if (!isOpen || early || hasChunks) return
    early = readHead(answer)
    if (handlers.onHead) handlers.onHead(early)
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
        if (!early) capabilities.earlyHeaders = false
        const told = early || { headers: {} }
        const data = late.data as string & ArrayBuffer
        // Windows held back a whole stream until here. Where pieces came, what stands here is not to be trusted.
        const isBody = !hasChunks && data && (data.length || data.byteLength)
        const end = { status: status || told.status, headers: Object.assign({}, told.headers, headers) }
        handlers.onEnd(isBody || !options.stream ? Object.assign(end, { body: isBody ? data : '' }) : end)
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
    const listenToHead = hostMethod(task, 'onHeadersReceived')
    const listenToChunks = hostMethod(task, 'onChunkReceived')
    if (listenToHead) listenToHead(receiveHead)
    if (isStream && listenToChunks) listenToChunks(receiveChunk)
    else if (isStream) capabilities.stream = 'none'
  }

  start(options.stream && capabilities.stream !== 'none')
  return () => {
    const abort = isOpen && hostMethod(task, 'abort')
    isOpen = false
    if (abort) abort()
  }
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

function readHead({ statusCode, status, header, headers }: Answer): ResponseHead {
  const code = statusCode || status
  const given = Object(header || headers)
  const lower: Record<string, string> = {}
  for (const name of Object.keys(given)) lower[name.toLowerCase()] = String(given[name])
  // WeChat on a Mac ends a stream with NaN; other hosts put 0 or an error number there.
  return { status: code! > 99 ? code : undefined, headers: lower }
}
