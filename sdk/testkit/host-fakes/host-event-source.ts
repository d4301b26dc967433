import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { sendable } from './host-http.js'
import { isAtLeast, type HostPhone } from './host-phone.js'
import type { HostTrouble } from './host-profile.js'
import type { HostRequestOption } from './host-request.js'

type Listener = (result: object) => void
const EVENTS = ['Open', 'Message', 'Error', 'Close'] as const

/** Douyin's `createEventSource`, or nothing where this client lacks it. */
export function eventSourceApi(phone: HostPhone, open: Set<HostEventSource>) {
  const rules = phone.profile.eventSource
  if (!rules || phone.bugs.noEventSource || !phone.has(rules.since) || !isAtLeast(phone.appVersion, rules.appSince)) return undefined
  return (params: HostRequestOption, timeout?: number): object => {
    // The option's own `timeout` is nothing the vendor documents: it is not heeded here.
    const heeded = phone.has(rules.timeoutSince) ? timeout : undefined
    const source = new HostEventSource(phone, params, heeded ?? rules.timeoutMs, ended => open.delete(ended))
    open.add(source)
    return source.task
  }
}

/**
 * An event source as the host gives it: events it parsed itself, without status and headers. An answer that is no event
 * stream is an error, and its body is lost. Comments are heard by nobody.
 */
export class HostEventSource {
  readonly task: Record<string, unknown>
  private readonly listeners = Object.fromEntries(EVENTS.map(name => [name, new Set<Listener>()])) as Record<(typeof EVENTS)[number], Set<Listener>>
  private call: ClientRequest | undefined
  private stopTimer: (() => void) | undefined
  private isOver = false

  constructor(
    private readonly phone: HostPhone,
    private readonly params: HostRequestOption,
    private readonly timeoutMs: number,
    private readonly onEnded: (source: HostEventSource) => void,
  ) {
    this.task = { close: () => this.drop() }
    for (const name of EVENTS) this.task['on' + name] = (listener: Listener) => void this.listeners[name].add(listener)
    setTimeout(() => this.run(), 0)
  }

  fail(trouble: HostTrouble): void {
    this.end('Error', this.phone.profile.error('createEventSource', trouble, this.phone))
  }

  drop(): void {
    this.isOver = true
    this.stopTimer?.()
    this.call?.destroy()
    this.onEnded(this)
  }

  private run(): void {
    if (this.isOver) return
    const { url, method = 'GET', data, header } = this.params
    const refusal = this.phone.refuse(url, 'http')
    if (refusal) return this.fail(refusal)
    this.stopTimer = this.phone.clock.setTimer(this.timeoutMs, () => this.fail('timeout'))
    const option = { url, method, header: { accept: 'text/event-stream', ...lowerCase(header) }, data }
    try {
      // Data is for POST only, so the address is what it was.
      const { headers, body } = sendable(option, this.phone)
      const send = url.startsWith('https') ? httpsRequest : httpRequest
      this.call = send(url, { method, headers, agent: false }, response => this.receive(response))
      this.call.on('error', () => this.fail('failed'))
      this.call.end(body)
    } catch {
      this.fail('arguments')
    }
  }

  private receive(response: IncomingMessage): void {
    if (response.statusCode !== 200 || !/^text\/event-stream/.test(response.headers['content-type'] ?? '')) return this.fail('failed')
    this.emit('Open', {})
    const parse = eventParser(event => this.emit('Message', event))
    const decoder = new TextDecoder()
    response.on('data', (bytes: Buffer) => parse(decoder.decode(bytes, { stream: true })))
    response.on('error', () => this.fail('broken'))
    response.on('end', () => this.end('Close', {}))
  }

  private emit(name: (typeof EVENTS)[number], result: object): void {
    if (!this.isOver) this.listeners[name].forEach(listener => listener(result))
  }

  private end(name: 'Error' | 'Close', result: object): void {
    if (this.isOver) return
    const heard = [...this.listeners[name]]
    this.drop()
    heard.forEach(listener => listener(result))
  }
}

/** The HTML standard's event stream, by lines. A last event without its blank line is no event. */
function eventParser(emit: (event: { data: string; event: string; lastEventId: string }) => void): (text: string) => void {
  let rest = ''
  let data: string[] = []
  let event = ''
  let lastEventId = ''
  const line = (text: string): void => {
    if (text === '') {
      if (data.length) emit({ data: data.join('\n'), event: event || 'message', lastEventId })
      data = []
      event = ''
      return
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text)!
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    if (field === 'id') lastEventId = value
  }
  return text => {
    rest += text
    // A CR at the end may be half a CRLF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?=[^\n])/)
    rest = lines.pop()!
    lines.forEach(line)
  }
}

function lowerCase(header: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
}
