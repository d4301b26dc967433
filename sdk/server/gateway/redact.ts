import { inspect } from 'node:util'

/** Takes words out of a text that must not leave the gateway: the given ones, keys by their look, and addresses. */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text
  // The longest first: a base URL holds its own host.
  const words = secrets.filter(secret => secret.length >= 4).sort((a, b) => b.length - a.length)
  for (const word of words) result = result.replaceAll(word, '[redacted]')
  // Providers echo keys shortened (`sk-ab…yz`), which no comparison finds.
  return result
    .replace(/\bsk-[\w*.…-]{4,}/g, '[redacted]')
    .replace(/\bBearer\s+[\w.~+/=-]{4,}/gi, '[redacted]')
    .replace(/\b[a-z][a-z+]*:\/\/[^\s"'<>)\]]+/gi, '[redacted]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[redacted]')
}

/** Tells whoever runs the gateway what went wrong: one entry on standard error, without its secrets. */
export function createReporter(secrets: readonly string[]): (error: unknown, requestId: string) => void {
  return (error, requestId) => {
    console.error(`sampan gateway: ${requestId}: ${redact(inspect(error), secrets)}`)
  }
}
