import type { Capabilities, RequestHandlers, RequestOptions, ResponseEnd, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { hostMethod, hush } from './call-host.js'
import { classifyFailure } from './classify-failure.js'
import type { HostQuirks, WxLike } from './quirks.js'

/** Capabilities that a first request may still correct. */
export type LearnedCapabilities = { -readonly [Name in keyof Capabilities]: Capabilities[Name] }

interface Answer { statusCode?: number; status?: number; header?: object; headers?: object; data?: ArrayBuffer | string }

/** One request of a wx-like host. */
export function wxLikeRequest(
  { api, quirks }: WxLike,
  capabilities: LearnedCapabilities,
  options: RequestOptions,
  handlers: RequestHandlers,
): Stop {
  // False from the end, the failure or the abort on: what a host sends after that belongs to nobody. A simulator goes on
  // sending after an abort, and some clients call both `success` and `fail`.
  let isOpen = true
  let hasHead = false
  let hasChunks = false
  let early: ResponseHead = { headers: {} }
  let task: unknown

  const close = (): boolean => isOpen && !(isOpen = false)

  function success(answer: Answer): void {
    if (!close()) return
    // Whoever waits for a head would wait in vain next time too.
    if (!hasHead) capabilities.earlyHeaders = false
    const { status, headers } = readHead(answer)
    const end: ResponseEnd = { status: status || early.status, headers: Object.assign({}, early.headers, headers) }
    // Windows held back a whole stream until here. Where pieces came, what stands here is not to be trusted.
    const { data } = answer
    if (!hasChunks && data && (data as string).length !== 0 && (data as ArrayBuffer).byteLength !== 0) end.body = data
    else if (!options.stream) end.body = ''
    handlers.onEnd(end)
  }

  function fail(error: unknown): void {
    // Alipay may report an HTTP error as a failure that carries the answer.
    if (readHead(Object(error)).status) success(error as Answer)
    else if (close()) handlers.onFail(classifyFailure(error, quirks))
  }

  function receiveHead(answer: Answer): void {
    if (!isOpen || hasHead || hasChunks) return
    hasHead = true
    early = readHead(answer)
    if (handlers.onHead) handlers.onHead(early)
  }

  function receiveChunk({ data }: Answer): void {
    if (!isOpen || !data) return
    hasChunks = true
    if (handlers.onChunk) handlers.onChunk(data)
  }

  function start(isStream: boolean): void {
    try {
      task = api.request(Object.assign(nativeOptions(options, quirks, isStream), { success, fail }))
    } catch (thrown) {
      if (!isOpen) throw thrown
      if (!isStream) return fail(thrown)
      // WeChat on a PC threw at the mere sight of `enableChunked`.
      capabilities.stream = 'none'
      return start(false)
    }
    hush(task)
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
    const abort = close() && hostMethod(task, 'abort')
    if (abort) abort()
  }
}

function nativeOptions({ url, method, headers, body, timeoutMs, binary }: RequestOptions, quirks: HostQuirks, isStream: boolean): object {
  return Object.assign(
    { url, method, [quirks.headerField]: headers },
    body !== undefined && { data: body },
    timeoutMs && { timeout: Math.min(timeoutMs, quirks.maxTimeoutMs || timeoutMs) },
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
