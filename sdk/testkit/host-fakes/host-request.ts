import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { HostCallbacks } from './host-call.js'
import { decodeBody, readHeader, sendable, troubleOf } from './host-http.js'
import type { HostPhone } from './host-phone.js'
import type { HostResponse, HostTrouble } from './host-profile.js'
import { uploadResult } from './host-files.js'
import type { RequestQueue } from './request-queue.js'

/** What an app hands to a host's `request`. */
export interface HostRequestOption extends HostCallbacks {
  url: string
  method?: string
  data?: string | object
  header?: Record<string, string>
  headers?: Record<string, string>
  dataType?: string
  responseType?: string
  timeout?: number
  enableChunked?: boolean
  /** The body as it is, where the host made it and not the app. */
  form?: Buffer
}

type Listener = (result: object) => void

/** One request of a mini-program, over real HTTP. */
export class HostRequest {
  /** What the app gets: methods, and on a host in promise style a promise. */
  readonly task: object
  readonly host: string
  private isOver = false
  private hasHead = false
  private call: ClientRequest | undefined
  private stopTimer: (() => void) | undefined
  private readonly headListeners = new Set<Listener>()
  private readonly chunkListeners = new Set<Listener>()
  private readonly body: Buffer[] = []
  private cutTurn = 0
  private readonly settle: { resolve?(result: object): void; reject?(error: object): void } = {}

  constructor(private readonly queue: RequestQueue, private readonly option: HostRequestOption) {
    this.host = /^\w+:\/\/([^/?#]*)/.exec(option.url)?.[1] ?? ''
    const { requests, isPromiseStyle } = this.phone.profile
    const task: Record<string, unknown> = { abort: () => this.abort() }
    if (this.phone.has(requests.headsSince)) {
      task.onHeadersReceived = (listener: Listener) => void this.headListeners.add(listener)
      task.offHeadersReceived = (listener?: Listener) => remove(this.headListeners, listener)
    }
    if (this.phone.hasChunkListener && !option.form) {
      task.onChunkReceived = (listener: Listener) => void (this.chunkListeners.add(listener), (this.queue.lastListener = listener))
      task.offChunkReceived = (listener?: Listener) => remove(this.chunkListeners, listener)
    }
    const promise = isPromiseStyle && new Promise<object>((resolve, reject) => Object.assign(this.settle, { resolve, reject }))
    this.task = promise ? Object.assign(promise, task) : task
  }

  run(): void {
    if (this.isOver) return
    const { url, method = 'GET' } = this.option
    this.queue.running.add(this)
    const refusal = typeof url === 'string' && url ? this.phone.refuse(url, 'http') : 'arguments'
    if (refusal) return this.fail(refusal)
    const { methods, methodSince } = this.phone.profile.requests
    const since = methodSince?.[method.toUpperCase()]
    if (!methods.includes(method.toUpperCase()) && !this.phone.has(since)) return this.fail('method')
    this.stopTimer = this.phone.clock.setTimer(this.timeoutMs, () => this.fail('timeout'))
    try {
      const { address, headers, body } = sendable(this.option, this.phone)
      const send = url.startsWith('https') ? httpsRequest : httpRequest
      this.call = send(address, { method: method.toUpperCase(), headers, agent: false }, response => this.receive(response))
      this.call.on('error', (error: NodeJS.ErrnoException) => this.failNetwork(error.code))
      this.call.end(body)
    } catch {
      // A header no HTTP message can have, an address that is none.
      this.fail('arguments')
    }
  }

  fail(trouble: HostTrouble, more: object = {}): void {
    this.finish(() => this.answer('fail', { ...this.phone.profile.error(this.queue.api, trouble, this.phone), ...more }))
  }

  drop(): void {
    this.isOver = true
    this.stopTimer?.()
    this.call?.destroy()
    this.queue.running.delete(this)
  }

  private get phone(): HostPhone {
    return this.queue.phone
  }

  private get isChunked(): boolean {
    return this.option.enableChunked === true && this.phone.chunks !== 'none' && !this.phone.bugs.pcWholeBody
  }

  private get timeoutMs(): number {
    const { timeoutMs, maxTimeoutMs = Infinity, timeoutSince } = this.phone.profile.requests
    const asked = this.phone.has(timeoutSince ?? '0') ? (this.option.timeout ?? timeoutMs) : timeoutMs
    return Math.min(asked, maxTimeoutMs, this.phone.bugs.oneMinuteCeiling ? 60_000 : Infinity)
  }

  private abort(): Promise<object> | undefined {
    // The simulator takes the call and does nothing: chunks and success go on coming.
    if (!this.phone.bugs.simulatorNoAbort) this.fail('abort')
    return this.phone.profile.isPromiseStyle ? Promise.resolve({ success: true }) : undefined
  }

  private finish(report: () => void): void {
    if (this.isOver) return
    this.drop()
    this.queue.waiting = this.queue.waiting.filter(request => request !== this)
    setTimeout(() => {
      report()
      this.queue.runNext()
    }, 0)
  }

  private answer(kind: 'success' | 'fail', result: object): void {
    if (kind === 'success') this.settle.resolve?.(result)
    else this.settle.reject?.(result)
    this.option[kind]?.(result)
    this.option.complete?.(result)
  }

  private receive(response: IncomingMessage): void {
    const { bugs, profile } = this.phone
    this.hasHead = true
    const head = profile.requests.head(this.responseOf(response, undefined), this.phone)
    if (!bugs.noHeaders) this.headListeners.forEach(listener => listener(head))
    response.on('data', (bytes: Buffer) => this.receiveBytes(bytes))
    response.on('error', (error: NodeJS.ErrnoException) => this.failNetwork(error.code))
    response.on('end', () => this.end(response))
  }

  private receiveBytes(bytes: Buffer): void {
    if (!this.isChunked || this.phone.bugs.bodyAfterChunks) this.body.push(bytes)
    if (!this.isChunked) return
    const { cuts, makeBuffer, chunks, bugs } = this.phone
    for (let start = 0; start < bytes.length && !this.isOver; ) {
      const size = cuts.length ? Math.max(1, cuts[Math.min(this.cutTurn++, cuts.length - 1)]!) : bytes.length
      const piece = bytes.subarray(start, start + size)
      start += size
      // Text is decoded piece by piece: a character that was cut is lost here, before any script sees it.
      const data = chunks === 'text' ? piece.toString('utf8') : makeBuffer(piece)
      for (const listener of this.chunkListeners) {
        // iOS 8.0.54: only the listener registered last, of whichever request, hears anything.
        if (!bugs.listenerMixup || listener === this.queue.lastListener) listener({ data })
      }
    }
  }

  private end(response: IncomingMessage): void {
    const { requests } = this.phone.profile
    const way = requests.endOf(response.statusCode!, this.phone)
    if (way === 'bare') return this.fail('http')
    // assumed: nothing stands in `data` after a stream. Reports call it empty or unreliable.
    const isEmpty = this.isChunked && !this.phone.bugs.bodyAfterChunks
    const [data, isBad] = isEmpty ? [''] : decodeBody(Buffer.concat(this.body), this.option, this.phone)
    const answer = this.responseOf(response, data)
    if (way === 'fail') return this.fail('http', requests.httpFailure?.(answer))
    if (isBad) return this.fail('decode')
    this.finish(() => this.answer('success', this.option.form ? uploadResult(answer, this.phone) : requests.result(answer)))
  }

  private responseOf(response: IncomingMessage, data: unknown): HostResponse {
    const isMacStream = data !== undefined && this.isChunked && this.phone.bugs.macNaNStatus
    return { status: isMacStream ? NaN : response.statusCode!, header: readHeader(response), data }
  }

  private failNetwork(code: string | undefined): void {
    // WXBUG-272: the network drops in the middle of a stream, and iOS calls nobody.
    if (this.phone.bugs.iosSilentDrop && this.hasHead && this.isChunked) return this.drop()
    this.fail(this.hasHead ? 'broken' : troubleOf(code))
  }
}

function remove(listeners: Set<Listener>, listener: Listener | undefined): void {
  if (listener) listeners.delete(listener)
  else listeners.clear()
}
