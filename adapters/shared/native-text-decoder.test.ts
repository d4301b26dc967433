import { afterEach, describe, expect, it, vi } from 'vitest'
import { nativeTextDecoder } from './native-text-decoder.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('nativeTextDecoder', () => {
  it('takes the engine’s own decoder, which Node shows as a class of its own', () => {
    const Native = TextDecoder
    const decoders: unknown[] = []
    // A bound function prints as native code, as the decoder of a browser engine does.
    vi.stubGlobal('TextDecoder', function (label: string, options: TextDecoderOptions) {
      decoders.push(label, options)
      return new Native(label, options)
    }.bind(null))
    const decoder = nativeTextDecoder()!()
    const bytes = new TextEncoder().encode('\ufeff你好')
    expect(Array.from(bytes, (byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.decode()).toBe('\ufeff你好')
    expect(decoders).toEqual(['utf-8', { ignoreBOM: true }])
  })
  it('takes no polyfill, and none where there is none', () => {
    vi.stubGlobal('TextDecoder', class {})
    expect(nativeTextDecoder()).toBeUndefined()
    vi.stubGlobal('TextDecoder', undefined)
    expect(nativeTextDecoder()).toBeUndefined()
  })
})
