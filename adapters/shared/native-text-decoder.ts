import type { TextStreamDecoder } from '../../sdk/platform/platform.js'

declare const TextDecoder: new (label: string, options: object) => {
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string
}

/** Makes decoders of the engine's own, or is `undefined` where there is none. A polyfill is none: many lose a cut character. */
export function nativeTextDecoder(): (() => TextStreamDecoder) | undefined {
  if (typeof TextDecoder === 'undefined' || !/native code/.test(String(TextDecoder))) return undefined
  return () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    return { decode: (bytes) => decoder.decode(bytes, { stream: !!bytes }) }
  }
}
