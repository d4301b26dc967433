import type { TextStreamDecoder } from '../../sdk/platform/platform.js'

/** As much of the engine's `TextDecoder` as is used. */
type DecoderClass = new (label: string, options: { ignoreBOM: boolean }) => {
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string
}
declare const TextDecoder: DecoderClass

/** Makes decoders of the engine's own, or is `undefined` where there is none. A polyfill is none: many lose a cut character. */
export function nativeTextDecoder(): (() => TextStreamDecoder) | undefined {
  if (typeof TextDecoder === 'undefined' || !/native code/.test(String(TextDecoder))) return undefined
  return decodersOf(TextDecoder)
}

/** Makes the port's decoders of a `TextDecoder`. */
export function decodersOf(Decoder: DecoderClass): () => TextStreamDecoder {
  return () => {
    const decoder = new Decoder('utf-8', { ignoreBOM: true })
    return { decode: (bytes) => decoder.decode(bytes, { stream: !!bytes }) }
  }
}
