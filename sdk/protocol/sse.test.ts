import fc from 'fast-check'
import { createParser } from 'eventsource-parser'
import { describe, expect, it } from 'vitest'
import { SSE_CASES } from './__fixtures__/sse-corpus.js'
import { frameText } from './frames.js'
import { createSseDecoder, type SseOptions } from './sse.js'

type Seen = [data: string, event: string, id: string | undefined]

/** One character per byte, as the chunk reader gives it where the host cannot decode. */
const encode = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

function decode(pieces: string[], encoded = false, options: Partial<SseOptions> = {}): Seen[] {
  const seen: Seen[] = []
  const decoder = createSseDecoder({
    encoded,
    onFrame: frame => {
      expect(frame.encoded).toBe(encoded)
      seen.push([frameText(frame), frame.event, frame.id])
    },
    ...options,
  })
  for (const piece of pieces) decoder.push(piece)
  decoder.end()
  return seen
}

/** The rules of the standard, line by line over the whole text: slow, and plainly right. */
function standard(text: string): Seen[] {
  const seen: Seen[] = []
  let data: string[] = []
  let event = ''
  let id: string | undefined
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  lines.pop()
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) seen.push([data.join('\n'), event, id])
      data = []
      event = ''
      continue
    }
    const [, name, value] = /^([^:]*)(?:: ?([^]*))?$/.exec(line)!
    if (name === 'data') data.push(value ?? '')
    if (name === 'event') event = value ?? ''
    if (name === 'id' && !(value ?? '').includes('\0')) id = value ?? ''
  }
  return seen
}

/** `eventsource-parser`, which gives ids per event, and waits for the character after a last CR. */
function oracle(text: string): [string, string][] {
  const seen: [string, string][] = []
  const parser = createParser({ onEvent: ({ data, event }) => void seen.push([data, event ?? '']) })
  parser.feed(text.replace(/^\uFEFF/, ''))
  parser.feed('\n'.slice(text.endsWith('\r') ? 0 : 1))
  return seen
}

describe.each([['text', false], ['encoded text', true]] as const)('createSseDecoder on %s', (_, encoded) => {
  const wire = (text: string): string => (encoded ? encode(text) : text)

  it.each(SSE_CASES.map(one => [one.name, one] as const))('%s', (_, { text, events }) => {
    const expected = events.map(([data, event = '', id]) => [data, event, id])
    const whole = wire(text)
    expect(decode([whole], encoded)).toEqual(expected)
    expect(decode(whole.split(''), encoded)).toEqual(expected)
    expect(standard(text)).toEqual(expected)
    expect(oracle(text)).toEqual(expected.map(([data, event]) => [data, event]))
    const step = whole.length > 1000 ? 4999 : 1
    for (let cut = 0; cut <= whole.length; cut += step) expect(decode([whole.slice(0, cut), whole.slice(cut)], encoded)).toEqual(expected)
  })

  const atom = fc.constantFrom('\n', '\n\n', '\r', '\r\n', 'data', 'data:', 'data: ', 'event:', 'event: x', 'id: 1', 'id:', 'retry: 5', ':', ' ', 'a', '舢', '🚣', '\uFEFF', '\0', 'data: {}\n\n')
  it('agrees with the standard and with eventsource-parser on any stream, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(atom, { maxLength: 24 }), fc.array(fc.nat(200), { maxLength: 6 }), (atoms, cuts) => {
        const text = atoms.join('')
        const whole = wire(text)
        const places = [0, ...cuts.map(cut => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
        const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place))
        const seen = decode(pieces, encoded)
        expect(seen).toEqual(standard(text))
        expect(seen.map(([data, event]) => [data, event])).toEqual(oracle(text))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('createSseDecoder', () => {
  it('tells of comments and retry', () => {
    const told: (string | number)[] = []
    decode([': hello\n:\nretry: 1500\nretry: 2x\n', 'data: a\n\n'], false, { onComment: () => told.push('comment'), onRetry: ms => told.push(ms) })
    expect(told).toEqual(['comment', 'comment', 1500])
  })

  it('replaces bytes that are no UTF-8', () => {
    expect(decode(['data: \xC0\xAF \xED\xA0\x80\n\n'], true)).toEqual([['\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD', '', undefined]])
  })

  const tooLarge = expect.objectContaining({ code: 'transport/too-large' })
  it('refuses a line longer than the limit, in one piece or many', () => {
    const line = 'data: ' + 'x'.repeat(100)
    expect(decode([line + '\n\n'], false, { maxLineChars: 106 })).toHaveLength(1)
    expect(() => decode([line + '\n\n'], false, { maxLineChars: 105 })).toThrow(tooLarge)
    expect(() => decode(line.split(''), false, { maxLineChars: 105 })).toThrow(tooLarge)
    expect(() => decode([line + '\r'], false, { maxLineChars: 105 })).toThrow(tooLarge)
  })

  it('refuses an event whose lines together pass the limit', () => {
    const lines = 'data: xxxxxxxxx\n'.repeat(10)
    expect(decode([lines + '\n'], false, { maxLineChars: 100 })).toHaveLength(1)
    expect(() => decode([lines + 'data: x\n\n'], false, { maxLineChars: 100 })).toThrow(tooLarge)
  })

  it('joins a long line once, and searches each piece of it a few times, however small its pieces', () => {
    const data = 'x'.repeat(60_000)
    const pieces = `data: ${data}\n\n`.match(/[^]{1,3}/g)!
    const { indexOf } = String.prototype
    const { join } = Array.prototype
    const chars = { searched: 0, joined: 0 }
    let seen: Seen[]
    try {
      String.prototype.indexOf = function (...given) {
        chars.searched += this.length
        return indexOf.apply(this, given)
      }
      Array.prototype.join = function (...given) {
        const text = join.apply(this, given)
        chars.joined += text.length
        return text
      }
      seen = decode(pieces)
    } finally {
      String.prototype.indexOf = indexOf
      Array.prototype.join = join
    }
    expect(seen[0]![0]).toBe(data)
    expect(chars.searched / data.length).toBeLessThan(5)
    expect(chars.joined / data.length).toBeLessThan(5)
  })
})
