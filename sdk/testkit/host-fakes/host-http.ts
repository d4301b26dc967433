import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { TroubleError } from './host-call.js'
import type { HostPhone } from './host-phone.js'
import type { HostTrouble } from './host-profile.js'
import type { HostRequestOption } from './host-request.js'

/** What goes over the wire for a request: the host's own headers, and `data` the way the host writes it. */
export function sendable(option: HostRequestOption, phone: HostPhone): { address: string; headers: OutgoingHttpHeaders; body?: string | Buffer } {
  const { requests } = phone.profile
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  for (const name of requests.headerNames) {
    for (const [key, value] of Object.entries(option[name] ?? {})) {
      const lower = key.toLowerCase()
      if (requests.asciiHeaders && /[^\x20-\x7e]/.test(value)) throw new TroubleError('arguments')
      if (!requests.reservedHeaders.includes(lower) && !requests.reserves?.(lower, phone)) headers[lower] = value
    }
  }
  if (requests.referer) headers.referer = requests.referer
  const { data, form, method = 'GET', url: address } = option
  if (form) return { address, headers, body: form }
  if (isBytes(data) && requests.refusesBuffers) throw new TroubleError('arguments')
  const query = typeof data === 'object' && !isBytes(data) ? new URLSearchParams(data as Record<string, string>).toString() : ''
  // Such a request has no body: fields go into the address, anything else is lost.
  if (/^(GET|HEAD|OPTIONS|TRACE)$/i.test(method)) return { address: address + (query && (address.includes('?') ? '&' : '?') + query), headers }
  if (data === undefined || typeof data === 'string') return { address, headers, body: data }
  if (isBytes(data)) return { address, headers, body: Buffer.from(data) }
  return { address, headers, body: /x-www-form-urlencoded/.test(headers['content-type']!) ? query : JSON.stringify(data) }
}

/** Bytes of any realm, so that a phone of its own can send its buffers. */
export function isBytes(data: unknown): data is ArrayBuffer {
  return /ArrayBuffer|Uint8Array/.test(Object.prototype.toString.call(data))
}

/** A whole body as the app asked for it, and whether it was not what it was said to be. */
export function decodeBody(bytes: Buffer, { dataType, responseType }: HostRequestOption, phone: HostPhone): [data: unknown, isBad?: boolean] {
  if (responseType === 'arraybuffer' || dataType === 'arraybuffer') return [phone.makeBuffer(bytes)]
  if (dataType === 'base64') return [bytes.toString('base64')]
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  if ((dataType ?? 'json') !== 'json') return [text]
  try {
    return [JSON.parse(text)]
  } catch {
    return [text, phone.profile.requests.failsOnBadJson?.(phone, dataType) ?? false]
  }
}

/** Headers with names as the server wrote them: no host is known to change their case. */
export function readHeader(response: IncomingMessage): Record<string, string> {
  const header: Record<string, string> = {}
  for (let index = 0; index < response.rawHeaders.length; index += 2) header[response.rawHeaders[index]!] = response.rawHeaders[index + 1]!
  return header
}

/** What an error number of Node's means on a phone, before the response began. */
export function troubleOf(code: string | undefined): HostTrouble {
  if (code === undefined) return 'failed'
  if (/CERT|SSL|TLS|EPROTO/.test(code)) return 'tls'
  return NETWORK[code] ?? 'failed'
}

const NETWORK: Record<string, HostTrouble> = { ENOTFOUND: 'dns', EAI_AGAIN: 'dns', ECONNREFUSED: 'refused', ECONNRESET: 'reset' }
