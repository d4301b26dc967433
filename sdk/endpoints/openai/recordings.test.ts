import { describe, expect, test } from 'vitest'
import { recordings, type LogEntry } from './__fixtures__/recordings.js'
import { logOf, readResponse } from './__fixtures__/read-response.js'
import type { HostChunk } from '../../platform/platform.js'

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The forms a host may hand a body over in: bytes, with the engine's decoder or without one, and text. */
const forms = [{ native: true, asText: false }, { native: false, asText: false }, { native: false, asText: true }]
/** Ways to write the same stream. */
const dialects: [string, (text: string) => string][] = [
  ['as recorded', text => text],
  ['with CRLF and comments', text => (': open\n\n' + text.replace(/\n\n/g, '\n\n: ping\n\n')).replace(/\n/g, '\r\n')],
]

/** Cuts that change what is read: none, if all is well. With a stride of 3 each form takes every third cut. */
function differences(stream: string, events: LogEntry[], stride: number): unknown[] {
  const expected = JSON.stringify(events)
  const found: unknown[] = []
  forms.forEach(({ native, asText }, start) => {
    const whole = asText ? stream : encode(stream)
    for (let at = stride > 1 ? start : 0; at <= whole.length; at += stride) {
      const log = logOf(readResponse([whole.slice(0, at), whole.slice(at)] as HostChunk[], { native }))
      if (JSON.stringify(log) !== expected) found.push({ at, native, asText, log })
    }
  })
  return found.slice(0, 3)
}

describe.each(recordings)('$name', ({ name, bytes, events }) => {
  const stride = /^f\d/.test(name) ? 1 : 3

  test('is read as it was meant', () => {
    expect(logOf(readResponse([bytes]))).toEqual(events)
  })
  test.each(dialects)('is read the same %s, cut anywhere, in any form', (_, write) => {
    expect(differences(write(decode(bytes)), events, stride)).toEqual([])
  })
  test('is read the same one byte at a time', () => {
    const single = Array.from(bytes, byte => Uint8Array.of(byte))
    for (const native of [true, false]) expect(logOf(readResponse(single, { native }))).toEqual(events)
  })
})

describe('a recording that is cut short', () => {
  const whole = recordings.filter(({ events }) => events[events.length - 1]![0] === 'finish')

  test.each(whole)('$name never ends in a finish before its end was announced, and keeps what had come', ({ bytes, events }) => {
    const text = decode(bytes)
    const announced = encode(text.slice(0, text.search(/"finish_reason":"|\[DONE\]/))).length
    const expected = events.map(entry => JSON.stringify(entry))
    const wrong: unknown[] = []
    for (let length = 0; length < announced; length++) {
      const log = logOf(readResponse([bytes.slice(0, length)])).map(entry => JSON.stringify(entry))
      // Before the error stand the whole recording's events, as many as had come. Usage comes last, and early here.
      const kept = log.slice(0, -1).filter(entry => !entry.startsWith('["usage"'))
      if (log[log.length - 1] !== '["error","transport/truncated"]' || kept.join() !== expected.slice(0, kept.length).join()) wrong.push({ length, log })
    }
    expect(wrong.slice(0, 3)).toEqual([])
  })
})
