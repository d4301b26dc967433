import type { StreamFraming } from './body-reader.js'
import { createNdjsonDecoder } from '../protocol/ndjson.js'

/**
 * Reads a stream as newline-delimited JSON, a frame a line.
 *
 * @example
 * connection.open({ path: '/api/chat', body, framing: ndjson })
 */
export const ndjson: StreamFraming = { accept: 'application/x-ndjson', createDecoder: createNdjsonDecoder }
