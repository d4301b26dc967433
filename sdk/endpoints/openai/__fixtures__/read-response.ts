import type { LogEntry } from './recordings.js'
import type { ModelEvent } from '../../../contracts.js'
import { createRunContext } from '../../../context/run-context.js'
import type { HostChunk, TextStreamDecoder } from '../../../platform/platform.js'
import { fakePlatform } from '../../../testkit/fake-platform.js'
import { createTestClock } from '../../../testkit/test-clock.js'
import { connect } from '../../../transport/connect.js'
import { dialectOf, type Profile, type ProfileName } from '../../dialects/index.js'
import { openai } from '../openai.js'

/** The decoder of an engine that has one. */
export function nativeDecoder(): TextStreamDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return { decode: bytes => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()) }
}

/** Reads one response through connection and endpoint, handed over in these pieces. */
export function readResponse(pieces: readonly HostChunk[], options: { native?: boolean; profile?: ProfileName | Profile } = {}): ModelEvent[] {
  const platform = fakePlatform({
    onRequest({ handlers }) {
      handlers.onHead!({ status: 200, headers: {} })
      for (const piece of pieces) handlers.onChunk!(piece)
      handlers.onEnd({ status: 200, headers: {} })
    },
  })
  if (options.native) platform.createTextDecoder = nativeDecoder
  const clock = createTestClock()
  const connection = connect({ platform, url: 'https://a.example', signIn: false, clock })
  const model = openai({ connection, model: 'm-1', dialect: dialectOf(options.profile ?? 'generic') })
  let counter = 0
  const events: ModelEvent[] = []
  model({ messages: [] }, createRunContext({ clock, ids: kind => kind + '-' + ++counter })).subscribe(event => events.push(event))
  return events
}

/** Events as they are compared. */
export function logOf(events: readonly ModelEvent[]): LogEntry[] {
  return events.map((event): LogEntry => {
    if (event.type === 'text-delta') return ['text', event.delta]
    if (event.type === 'reasoning-delta') return ['reasoning', event.delta]
    if (event.type === 'tool-call-start') return ['call', event.toolCallId, event.toolCallName]
    if (event.type === 'tool-call-delta') return ['args', event.toolCallId, event.delta]
    if (event.type === 'usage') return ['usage', event.usage]
    if (event.type === 'finish') return ['finish', event.reason, event.rawReason]
    const { code, details } = event.error
    return details.providerCode ? ['error', code, details.providerCode] : ['error', code]
  })
}
