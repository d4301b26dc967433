import { Problem } from './problem.js'

/** Reads a JSON object from a request, counting bytes as they come so that a lying `content-length` gains nothing. */
export async function readJsonObject(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  const text = await readText(request, maxBytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Problem('invalid_json', 'The body is not valid JSON.')
  }
  if (!value || typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem('invalid_json', 'The body must be a JSON object.')
  }
  if (isDeeper(value, maxDepth)) throw new Problem('invalid_json', `The body is nested deeper than ${maxDepth} levels.`)
  return value as Record<string, unknown>
}

/** Whoever writes it down again goes as deep, and the stack ends at some thousands. */
const maxDepth = 500

function isDeeper(value: object, levels: number): boolean {
  let level: object[] = [value]
  for (let depth = 0; depth < levels && level.length > 0; depth++) {
    level = level.flatMap(item => Object.values(item).filter(child => child !== null && typeof child === 'object') as object[])
  }
  return level.length > 0
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new Problem('body_too_large', `The body is larger than ${maxBytes} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  if (!request.body) return ''
  const decoder = new TextDecoder()
  const reader = request.body.getReader()
  let size = 0
  let text = ''
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Problem('body_incomplete', 'The body broke off.')
    })
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      // Not awaited: the client may go on sending, the answer must not wait for it.
      void reader.cancel().catch(() => {})
      throw tooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
}
