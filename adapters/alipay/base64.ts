const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The bytes of a Base64 text. The engine has no `atob`. */
export function fromBase64(text: string): ArrayBuffer {
  const letters = text.replace(/[^A-Za-z0-9+/]/g, '')
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4))
  let bits = 0
  for (let at = 0, next = 0; at < letters.length; at++) {
    bits = ((bits & 0xffff) << 6) | LETTERS.indexOf(letters[at]!)
    // Four letters hold three bytes: one is complete after the second, the third and the fourth.
    if (at % 4) bytes[next++] = bits >> (6 - 2 * (at % 4))
  }
  return bytes.buffer
}

/** Bytes as Base64 text. */
export function toBase64(buffer: ArrayBuffer): string {
  const bytes = new Uint8Array(buffer)
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0)
    for (let letter = 0; letter < 4; letter++) text += at + letter > bytes.length ? '=' : LETTERS[(three >> (18 - 6 * letter)) & 63]
  }
  return text
}
