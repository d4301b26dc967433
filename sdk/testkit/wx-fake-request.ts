import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import type { WxBugs, WxState } from './wx-fake.js'

/** Requests, uploads and downloads WeChat runs at once. More wait, and nobody is told. */
export const WX_MAX_REQUESTS = 10

/** What an app hands to `wx.request`. */
export interface WxRequestOption {
  url: string
  method?: string
  data?: string | object
  header?: Record<string, string>
  dataType?: string
  responseType?: string
  timeout?: number
  enableChunked?: boolean
  success?(result: object): void
  fail?(error: object): void
  complete?(result: object): void
}

type Listener = (result: object) => void

/** `wx.request` over real HTTP. */
export class WxRequests {
  readonly running = new Set<WxRequest>()
  readonly waiting: WxRequest[] = []
  /** The chunk listener registered last, of all requests. */
  lastListener: Listener | undefined

  constructor(readonly state: WxState) {}

  request(option: WxRequestOption): object | undefined {
    const { bugs } = this.state
    if (bugs.enableChunkedThrows && option.enableChunked) throw new TypeError('global is not defined')
    const request = new WxRequest(this, option)
    this.waiting.push(request)
    // WeChat answers later, whatever is wrong.
    setTimeout(() => this.runNext(), 0)
    return bugs.noRequestTask ? undefined : request.task
  }

  runNext(): void {
    while (this.running.size < WX_MAX_REQUESTS) {
      const request = this.waiting.shift()
      if (!request) return
      request.run()
    }
  }

  failAll(errMsg: string, errno?: number): void {
    for (const request of [...this.running, ...this.waiting]) request.fail(errMsg, errno)
  }

  dispose(): void {
    this.waiting.length = 0
    for (const request of this.running) request.drop()
  }
}

class WxRequest {
  readonly task: object
  private isOver = false
  private hasHead = false
  private call: ClientRequest | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly headListeners = new Set<Listener>()
  private readonly chunkListeners = new Set<Listener>()
  private readonly body: Buffer[] = []
  private cutTurn = 0

  constructor(private readonly all: WxRequests, private readonly option: WxRequestOption) {
    this.task = {
      abort: () => this.abort(),
      onHeadersReceived: (listener: Listener) => void this.headListeners.add(listener),
      offHeadersReceived: (listener?: Listener) => remove(this.headListeners, listener),
      onChunkReceived: (listener: Listener) => void (this.chunkListeners.add(listener), (this.all.lastListener = listener)),
      offChunkReceived: (listener?: Listener) => remove(this.chunkListeners, listener),
    }
  }

  private get bugs(): WxBugs {
    return this.all.state.bugs
  }

  private get isChunked(): boolean {
    return this.option.enableChunked === true && !this.bugs.pcWholeBody
  }

  run(): void {
    if (this.isOver) return
    const { url, method = 'GET', data, header = {}, timeout = 60_000 } = this.option
    const refusal = this.all.state.refuse(url)
    this.all.running.add(this)
    if (refusal) return this.fail(...refusal)
    this.timer = setTimeout(() => this.fail('timeout', 5), timeout)
    const body = data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data)
    const headers = { 'content-type': 'application/json', referer: 'https://servicewechat.com/wx-fake/devtools/page-frame.html', ...header }
    this.call = httpRequest(url, { method, headers, agent: false }, (response) => this.receive(response))
    this.call.on('error', (error: NodeJS.ErrnoException) => this.failNetwork(error.code))
    this.call.end(body)
  }

  fail(errMsg: string, errno?: number): void {
    const error: Record<string, unknown> = { errMsg: `request:fail ${errMsg}` }
    if (errno !== undefined) error.errno = errno
    this.finish(() => {
      this.option.fail?.(error)
      this.option.complete?.(error)
    })
  }

  drop(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.call?.destroy()
    this.all.running.delete(this)
  }

  private abort(): void {
    // The simulator takes the call and does nothing: chunks and success go on coming.
    if (!this.bugs.simulatorNoAbort) this.fail('abort')
  }

  private finish(report: () => void): void {
    if (this.isOver) return
    this.drop()
    setTimeout(() => {
      report()
      this.all.runNext()
    }, 0)
  }

  private receive(response: IncomingMessage): void {
    const { state } = this.all
    this.hasHead = true
    const head: Record<string, unknown> = { header: readHeader(response), cookies: [] }
    // The typings say that the developer tool leaves the status out here.
    if (state.platform !== 'devtools') head.statusCode = response.statusCode
    if (!this.bugs.noHeaders) this.headListeners.forEach((listener) => listener(head))
    response.on('data', (bytes: Buffer) => this.receiveBytes(bytes))
    response.on('error', (error: NodeJS.ErrnoException) => this.failNetwork(error.code))
    response.on('close', () => {
      if (response.complete) this.succeed(response)
      else this.failNetwork('ECONNRESET')
    })
  }

  private receiveBytes(bytes: Buffer): void {
    if (!this.isChunked) return void this.body.push(bytes)
    for (let start = 0; start < bytes.length && !this.isOver; ) {
      const { cuts, makeBuffer } = this.all.state
      const size = cuts.length ? Math.max(1, cuts[Math.min(this.cutTurn++, cuts.length - 1)]!) : bytes.length
      const data = makeBuffer(bytes.subarray(start, start + size))
      start += size
      for (const listener of this.chunkListeners) {
        // iOS 8.0.54: only the listener registered last, of whichever request, hears anything.
        if (!this.bugs.listenerMixup || listener === this.all.lastListener) listener({ data })
      }
    }
  }

  private succeed(response: IncomingMessage): void {
    const isMacStream = this.isChunked && this.bugs.macNaNStatus
    const result = {
      // assumed: nothing stands in `data` after a stream. Reports call it empty or unreliable.
      data: this.isChunked ? '' : this.readBody(),
      statusCode: isMacStream ? NaN : response.statusCode,
      header: readHeader(response),
      cookies: [],
      errMsg: 'request:ok',
    }
    this.finish(() => {
      this.option.success?.(result)
      this.option.complete?.(result)
    })
  }

  private readBody(): unknown {
    const bytes = Buffer.concat(this.body)
    if (this.option.responseType === 'arraybuffer') return this.all.state.makeBuffer(bytes)
    const text = bytes.toString('utf8').replace(/^\ufeff/, '')
    if ((this.option.dataType ?? 'json') !== 'json') return text
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }

  private failNetwork(code: string | undefined): void {
    // WXBUG-272: the network drops in the middle of a stream, and iOS calls nobody.
    if (this.bugs.iosSilentDrop && this.hasHead && this.isChunked) return this.drop()
    if (this.all.state.platform === 'ios') return this.fail(code === 'ENOTFOUND' ? '未能找到使用指定主机名的服务器。' : '网络连接已中断。', 600001)
    const [number, name] = CHROMIUM[this.hasHead ? 'body' : (code ?? '')] ?? [-2, 'ERR_FAILED']
    this.fail(`errcode:${number} cronet_error_code:${number} error_msg:net::${name}`, 600001)
  }
}

const CHROMIUM: Record<string, [number, string]> = {
  ENOTFOUND: [-105, 'ERR_NAME_NOT_RESOLVED'],
  EAI_AGAIN: [-105, 'ERR_NAME_NOT_RESOLVED'],
  ECONNREFUSED: [-102, 'ERR_CONNECTION_REFUSED'],
  ECONNRESET: [-324, 'ERR_EMPTY_RESPONSE'],
  body: [-355, 'ERR_INCOMPLETE_CHUNKED_ENCODING'],
}

function readHeader(response: IncomingMessage): Record<string, string> {
  // Names as the server wrote them: WeChat changes no case.
  const header: Record<string, string> = {}
  for (let index = 0; index < response.rawHeaders.length; index += 2) header[response.rawHeaders[index]!] = response.rawHeaders[index + 1]!
  return header
}

function remove(listeners: Set<Listener>, listener: Listener | undefined): void {
  if (listener) listeners.delete(listener)
  else listeners.clear()
}
