import type { ModelRequest } from '../../contracts.js'
import { canonicalJson } from '../../protocol/json.js'

/**
 * What makes two requests the same: all that a model sees of them. Ids of messages and of the log differ each time, and no
 * model sees them.
 */
export function requestText(request: ModelRequest): string {
  const messages = request.messages.map(message => ({ ...message, id: undefined, metadata: undefined }))
  return canonicalJson({ ...request, messages, logId: undefined, joins: undefined })
}

/** A text as 32 hexadecimal digits: a key that any storage takes. It tells texts apart, and keeps nothing secret. */
export function digestOf(text: string): string {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map(seed => digest32(text, seed)).join('')
}

function digest32(text: string, seed: number): string {
  let hash = seed
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    // Without it the seeds would differ in the result and in nothing between.
    hash = (hash << 13) | (hash >>> 19)
  }
  return ('0000000' + (hash >>> 0).toString(16)).slice(-8)
}
