import vm from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { utf8Corpus } from './__fixtures__/utf8-corpus.js'
import { createChunkReader, decodeUtf8 } from './utf8.js'

const corpus = utf8Corpus()
const expected = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
const latin1 = (bytes: Uint8Array): string => Array.from(bytes, byte => String.fromCharCode(byte)).join('')
const nativeReader = () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return createChunkReader({ decode: bytes => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()) })
}
const readAll = (reader: ReturnType<typeof createChunkReader>, pieces: Uint8Array[]): string =>
  pieces.map(piece => reader.push(piece)).join('') + reader.end()

describe('decodeUtf8', () => {
  it(`agrees with TextDecoder on ${corpus.length} byte strings`, () => {
    expect(corpus.length).toBeGreaterThan(5000)
    for (const bytes of corpus) expect(decodeUtf8(latin1(bytes))).toBe(expected(bytes))
  })

  it('agrees with TextDecoder on an engine without escape', () => {
    vi.stubGlobal('escape', undefined)
    for (const bytes of corpus) expect(decodeUtf8(latin1(bytes))).toBe(expected(bytes))
    vi.unstubAllGlobals()
  })

  it('keeps valid text around a broken run', () => {
    expect(decodeUtf8('ok \xE8\x88\xA2 % %u4e00 \xFF\xE6\x9D\xBF')).toBe('ok 舢 % %u4e00 \uFFFD板')
  })

  it('gives ASCII back untouched', () => {
    expect(decodeUtf8('data: {"a":"%41\\u8239"}')).toBe('data: {"a":"%41\\u8239"}')
  })
})

describe('createChunkReader', () => {
  it('decodes bytes natively, cut anywhere', () => {
    for (const bytes of corpus) {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const reader = nativeReader()
        expect(readAll(reader, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(expected(bytes))
      }
      expect(readAll(nativeReader(), Array.from(bytes, byte => Uint8Array.of(byte)))).toBe(expected(bytes))
    }
  })

  it('gives one character per byte where there is no decoder', () => {
    for (const bytes of corpus) {
      const reader = createChunkReader()
      const text = readAll(reader, [bytes.subarray(0, 1), bytes.subarray(1)])
      expect(text).toBe(latin1(bytes))
      expect(decodeUtf8(text)).toBe(expected(bytes))
    }
  })

  it('reads a piece larger than a call takes arguments', () => {
    const bytes = new TextEncoder().encode('舢板'.repeat(100_000))
    expect(decodeUtf8(createChunkReader().push(bytes))).toBe('舢板'.repeat(100_000))
  })

  it('reads buffers of another realm, and views into the middle of one', () => {
    const foreign = vm.runInNewContext('new Uint8Array([97, 98, 99, 100])') as Uint8Array
    const reader = createChunkReader()
    expect(foreign.buffer instanceof ArrayBuffer).toBe(false)
    expect(reader.push(foreign.buffer as ArrayBuffer)).toBe('abcd')
    expect(reader.push(foreign.subarray(1, 3))).toBe('bc')
    expect(reader.push(new DataView(foreign.buffer, 2, 2) as never)).toBe('cd')
    expect(reader.push(Buffer.from('node'))).toBe('node')
  })

  it('says per body whether its text is encoded', () => {
    const bytes = createChunkReader()
    expect(bytes.encoded).toBe(false)
    bytes.push('')
    bytes.push(Uint8Array.of(0x61))
    expect(bytes.encoded).toBe(true)

    const text = createChunkReader()
    expect(text.push('舢板')).toBe('舢板')
    expect(text.encoded).toBe(false)
    expect(text.end()).toBe('')

    const native = nativeReader()
    native.push(Uint8Array.of(0xe8))
    expect(native.encoded).toBe(false)
    expect(native.end()).toBe('\uFFFD')
  })

  it('refuses a body that mixes bytes and text, and a chunk that is neither', () => {
    const reader = createChunkReader()
    reader.push('text')
    expect(() => reader.push(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
    expect(() => createChunkReader().push({} as never)).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
    expect(() => createChunkReader().push(undefined as never)).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
  })
})
