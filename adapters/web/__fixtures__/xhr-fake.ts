import { request, type ClientRequest, type IncomingMessage } from 'node:http'

type EventName = 'readystatechange' | 'progress' | 'load' | 'error' | 'timeout' | 'abort'

/**
 * `XMLHttpRequest` over `node:http`, as far as a request needs it: the states and events in a browser's order, text
 * decoded as it comes and without its BOM, `readyState` 0 after an abort.
 */
export class XhrFake {
  onreadystatechange: (() => void) | null = null
  onprogress: (() => void) | null = null
  onload: (() => void) | null = null
  onerror: (() => void) | null = null
  ontimeout: (() => void) | null = null
  onabort: (() => void) | null = null
  readyState = 0
  status = 0
  responseText = ''
  responseType = ''
  timeout = 0
  private readonly headers: Record<string, string> = {}
  private readonly bytes: Buffer[] = []
  private readonly decoder = new TextDecoder('utf-8')
  private method = ''
  private url = ''
  private call: ClientRequest | undefined
  private answer: IncomingMessage | undefined
  private timer: ReturnType<typeof setTimeout> | undefined

  open(method: string, url: string): void {
    if (!/^https?:\/\/./.test(url)) throw new DOMException(`cannot read the address ${url}`, 'SyntaxError')
    Object.assign(this, { method, url, readyState: 1 })
    this.fire('readystatechange')
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }

  overrideMimeType(type: string): void {
    if (!/utf-8/.test(type)) throw new Error('this fake reads UTF-8 only')
  }

  send(body?: string): void {
    if (this.timeout) this.timer = setTimeout(() => this.fail('timeout'), this.timeout)
    this.call = request(this.url, { method: this.method, headers: this.headers, agent: false }, (answer) => this.receive(answer))
    this.call.on('error', () => this.fail('error'))
    this.call.end(body)
  }

  abort(): void {
    const isUnderWay = this.call !== undefined && this.readyState < 4
    this.close()
    if (isUnderWay) this.end('abort')
    this.readyState = 0
  }

  getAllResponseHeaders(): string {
    return Object.entries(this.answer?.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')
  }

  get response(): ArrayBuffer | string | null {
    if (this.responseType !== 'arraybuffer') return this.responseText
    return this.readyState === 4 ? new Uint8Array(Buffer.concat(this.bytes)).buffer : null
  }

  private receive(answer: IncomingMessage): void {
    Object.assign(this, { answer, status: answer.statusCode, readyState: 2 })
    this.fire('readystatechange')
    answer.on('data', (piece: Buffer) => this.take(piece))
    answer.on('error', () => {})
    answer.on('close', () => {
      if (!answer.complete) return this.fail('error')
      if (this.readyState > 3 || this.readyState === 0) return
      if (this.responseType === '') this.responseText += this.decoder.decode()
      this.end('load')
    })
  }

  private take(piece: Buffer): void {
    if (this.readyState === 0 || this.readyState === 4) return
    this.bytes.push(piece)
    if (this.responseType === '') this.responseText += this.decoder.decode(piece, { stream: true })
    this.readyState = 3
    this.fire('readystatechange')
    this.fire('progress')
  }

  private fail(event: 'error' | 'timeout'): void {
    if (this.readyState === 0 || this.readyState === 4) return
    this.close()
    Object.assign(this, { status: 0, responseText: '', answer: undefined })
    this.end(event)
  }

  private end(event: EventName): void {
    clearTimeout(this.timer)
    this.readyState = 4
    this.fire('readystatechange')
    this.fire(event)
  }

  private close(): void {
    clearTimeout(this.timer)
    this.call?.destroy()
  }

  private fire(event: EventName): void {
    this[`on${event}`]?.()
  }
}
