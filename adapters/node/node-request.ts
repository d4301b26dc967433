import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { HostFailure, RequestHandlers, RequestOptions, ResponseHead, Stop } from '../../sdk/platform/platform.js'
import { classifyNodeFailure } from './node-failure.js'

const MAX_REDIRECTS = 5

/** What is asked: the body may be bytes as well. */
type NodeRequestOptions = Omit<RequestOptions, 'body'> & { body?: string | Buffer }

/**
 * One request over `node:http`. Not over `fetch`: a chunk arrives in a callback as the socket had it, without a promise
 * each, aborting destroys the socket at once, and no header is sent that the caller did not name.
 */
export function nodeRequest(options: NodeRequestOptions, handlers: RequestHandlers): Stop {
  const run = new NodeRequest(options, handlers)
  run.start(options.url, options.method, options.body)
  return () => run.close()
}

class NodeRequest {
  private isOpen = true
  private redirects = 0
  private call: ClientRequest | undefined
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: NodeRequestOptions, private readonly handlers: RequestHandlers) {
    const { timeoutMs } = options
    if (!timeoutMs) return
    this.timer = setTimeout(() => this.fail({ reason: 'timeout', errMsg: `no end within ${timeoutMs} ms` }), timeoutMs)
  }

  start(url: string, method: 'GET' | 'POST', body: string | Buffer | undefined): void {
    try {
      const headers: Record<string, string | number> = { ...this.options.headers }
      if (body !== undefined && method === 'POST') headers['content-length'] = Buffer.byteLength(body)
      const open = url.startsWith('https:') ? requestHttps : requestHttp
      const call = open(url, { method, headers })
      let isAnswered = false
      this.call = call
      call.on('response', (response) => {
        isAnswered = true
        this.receive(response, url, method)
      })
      call.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the server closed just as it was used again: Node's manual advises a second try.
        const wasStale = call.reusedSocket && error.code === 'ECONNRESET' && !isAnswered && this.isOpen
        if (wasStale) this.start(url, method, body)
        else this.fail(classifyNodeFailure(error))
      })
      call.end(method === 'POST' ? body : undefined)
    } catch (thrown) {
      this.fail(classifyNodeFailure(thrown))
    }
  }

  close(): boolean {
    if (!this.isOpen) return false
    this.isOpen = false
    clearTimeout(this.timer)
    this.call?.destroy()
    return true
  }

  private receive(response: IncomingMessage, url: string, method: 'GET' | 'POST'): void {
    if (!this.isOpen) return void response.destroy()
    const { location } = response.headers
    const status = response.statusCode ?? 0
    if (location && [301, 302, 303, 307, 308].includes(status)) return this.redirect(response, new URL(location, url), method)
    const head: ResponseHead = { status, headers: readHeaders(response) }
    const held: Buffer[] = []
    this.handlers.onHead?.(head)
    response.on('data', (chunk: Buffer) => {
      if (!this.isOpen) return
      if (this.options.stream) this.handlers.onChunk?.(chunk)
      else held.push(chunk)
    })
    response.on('error', (error) => this.fail(classifyNodeFailure(error)))
    response.on('close', () => {
      if (!response.complete) return this.fail({ reason: 'unknown', errMsg: 'the connection closed before the body ended' })
      this.finish(head, held)
    })
  }

  private redirect(response: IncomingMessage, to: URL, method: 'GET' | 'POST'): void {
    response.resume()
    if (++this.redirects > MAX_REDIRECTS) return this.fail({ reason: 'unknown', errMsg: 'too many redirects' })
    const keepsBody = response.statusCode === 307 || response.statusCode === 308
    this.start(to.href, keepsBody ? method : 'GET', keepsBody ? this.options.body : undefined)
  }

  private finish(head: ResponseHead, held: Buffer[]): void {
    if (!this.isOpen) return
    this.isOpen = false
    clearTimeout(this.timer)
    if (this.options.stream) return this.handlers.onEnd(head)
    const body = Buffer.concat(held)
    this.handlers.onEnd({ ...head, body: this.options.binary ? new Uint8Array(body) : body.toString('utf8') })
  }

  private fail(failure: HostFailure): void {
    if (this.close()) this.handlers.onFail(failure)
  }
}

function readHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
