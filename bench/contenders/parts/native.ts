// Taken when this module loads, so that the bare loop keeps the native decoder in a run in which it is taken away
// from everyone else.
const Native = globalThis.TextDecoder

/** The engine's own streaming UTF-8 decoder. */
export function createNativeDecoder(): { decode(bytes: Uint8Array): string } {
  const decoder = new Native()
  const options = { stream: true }
  return { decode: bytes => decoder.decode(bytes, options) }
}
